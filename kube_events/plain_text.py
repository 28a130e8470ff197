"""Text of strangers for a terminal: whoever runs a Pod writes its messages, and none may steer it."""

from __future__ import annotations

import json
import re
import unicodedata

_ELLIPSIS = "…"

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_DOUBTFUL = re.compile(r"[^\n -~]")
"""All but visible ASCII and line ends: most text is nothing else, and need not be looked at further."""


def plain(text: str) -> str:
    """One line: blanks for line ends and tabs, U+FFFD for each character that is not to be seen.

    Those are controls (escape sequences begin with one) and format characters, which can turn text around.
    """
    return _DOUBTFUL.sub(lambda found: "\ufffd" if _unseen(found[0]) else found[0], " ".join(text.split()))


def json_text(value: object, *, indent: int | None = 2) -> str:
    """What JSON can say, as JSON for a terminal."""
    return escaped_json(json.dumps(value, ensure_ascii=False, indent=indent))


def escaped_json(text: str) -> str:
    r"""The same JSON, with what `plain` replaces written as `\uXXXX`. Line ends stay."""
    return _DOUBTFUL.sub(lambda found: _json_escape(found[0]) if _unseen(found[0]) else found[0], text)


def _unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def cells(text: str) -> int:
    """Columns of a terminal that it takes: two for wide characters, none for marks that combine."""
    if text.isascii():
        return len(text)
    return sum(_cells(each) for each in text)


def cut(text: str, width: int) -> str:
    """At most `width` columns, with … where something is missing."""
    if cells(text) <= width:
        return text
    kept, room = "", width - 1
    for each in text:
        room -= _cells(each)
        if room < 0:
            break
        kept += each
    return kept + _ELLIPSIS if width > 0 else ""


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
