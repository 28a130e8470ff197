"""How many events a message says that it is about, read off its text as a person would read it."""

from __future__ import annotations

import re
from typing import NamedTuple

_ROW = re.compile(r"^(?:- \*\*)?(Seen|In all|Since the last message)(?:\*\*)?: (.*)$", re.MULTILINE)
_EVENTS = re.compile(r"(at least )?([\d,]+) events? on [\d,]+ objects?")
_TIMES = re.compile(r"(at least )?([\d,]+) times,")
_SINCE = re.compile(r"[\d,]+ events?, ()([\d,]+|none) since the last message$")


class Total(NamedTuple):
    """Events since the message before."""

    events: int
    at_least: bool = False
    """There were more than could be counted."""


def total(text: str) -> Total:
    """What the text of a message says, in whatever channel's markup.

    A message about several objects has a row that sums them up; one about a single object says how often it
    was seen, and nothing if it was once.
    """
    rows = dict(_ROW.findall(text))
    for name, form in (
        ("Since the last message", _EVENTS),
        ("In all", _EVENTS),
        ("In all", _SINCE),
        ("Seen", _TIMES),
    ):
        if found := form.match(rows.get(name, "")):
            return Total(int(found[2].replace(",", "").replace("none", "0")), bool(found[1]))
    return Total(1)
