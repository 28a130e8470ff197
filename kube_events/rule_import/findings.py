"""What an import says of its source, line by line: nothing of it goes in silence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from kube_events.plain_text import plain


class Kind(Enum):
    """What became of something in the source. The values are what the report says."""

    TRANSLATED = "translated"
    DIFFERS = "decides otherwise"
    BROKEN = "broken in the source"
    NO_COUNTERPART = "no counterpart"
    TO_DO = "for you to do"


class Finding(NamedTuple):
    """One line of the report."""

    place: str
    """Where in the source: config.yaml:14 or --sink 2."""
    about: str
    """What, in the source's words: route.match[0].reason."""
    kind: Kind
    text: str

    def __str__(self) -> str:
        return plain(f"{self.place}: {self.about}: {self.kind.value}: {self.text}")


class Findings:
    """Gathers findings in the order in which they are made."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}

    def add(self, place: str, about: str, kind: Kind, text: str) -> None:
        """Note something; what was noted already is not noted again."""
        self._found[Finding(place, about, kind, text)] = None

    def __iter__(self) -> Iterator[Finding]:
        """In the order of the source."""
        return iter(sorted(self._found, key=lambda one: _number(one.place)))

    def summary(self) -> str:
        """One line with how many there are of each kind."""
        return ", ".join(f"{_count(self, kind)} {kind.value}" for kind in Kind)


def _number(place: str) -> int:
    """The line, or the number of the sink; 0 of what is about all of it."""
    digits = re.search(r"[0-9]+$", place)
    return int(digits[0]) if digits else 0


def _count(findings: Iterable[Finding], kind: Kind) -> int:
    return sum(one.kind is kind for one in findings)
