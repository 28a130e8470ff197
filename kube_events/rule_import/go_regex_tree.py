"""A regular expression of Go as a tree: only what decides whether it matches, not what it captures."""

from __future__ import annotations

from typing import NamedTuple

from eventcore.patterns import charset
from eventcore.patterns.charset import Ranges

NO_LINE_END: Ranges = charset.complement(((10, 10),))
"""What `.` stands for in Go."""


class Chars(NamedTuple):
    """One character out of a set."""

    ranges: Ranges


class UnknownChar(NamedTuple):
    """One character out of a set that only Go's Unicode tables know."""

    name: str


class Place(NamedTuple):
    """A condition on the place, in the words of `PLACES`."""

    what: str


class Seq(NamedTuple):
    """One after the other; none of them is the empty text."""

    parts: tuple[Node, ...]


class Alt(NamedTuple):
    """One of several."""

    options: tuple[Node, ...]


class Repeat(NamedTuple):
    """The same several times; `most` None is without end."""

    body: Node
    least: int
    most: int | None


Node = Chars | UnknownChar | Place | Seq | Alt | Repeat

BEGIN, END = Place("begin"), Place("end")
PLACES = {
    "begin": r"\A",
    "end": r"\Z",
    "line begin": "(?m:^)",
    "line end": "(?m:$)",
    "boundary": r"\b",
    # Python's \B does not match in an empty text before 3.14, Go's does.
    "no boundary": r"(?:\B|\A\Z)",
}
"""Each place in Python's words."""

EMPTY = Seq(())


def seq(*parts: Node) -> Node:
    """One after the other, flat."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Seq) else (part,))]
    return flat[0] if len(flat) == 1 else Seq(tuple(flat))


def alt(options: tuple[Node, ...]) -> Node:
    """One of several, flat."""
    flat = [one for option in options for one in (option.options if isinstance(option, Alt) else (option,))]
    return flat[0] if len(flat) == 1 else Alt(tuple(dict.fromkeys(flat)))
