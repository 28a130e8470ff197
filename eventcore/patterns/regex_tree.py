"""A regular expression as a small tree: what the cost of matching depends on, and nothing else.

It is read from the tree of Python's own parser, so that both always mean the same expression. That parser
is private to the standard library; whatever it says that is not known here is refused, so that a new
release can only make us stricter.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

from eventcore.patterns import charset
from eventcore.patterns.charset import Ranges
from eventcore.patterns.errors import Refused

FLAGS = re.ASCII | re.DOTALL
"""\\d, \\w, \\s and (?i) know ASCII only, as in RE2; `.` is any character: messages have several lines."""

UNBOUNDED = 2**31
"""Upper end of a repeat that has none."""


class Characters(NamedTuple):
    """One character out of a set."""

    ranges: Ranges


class Place(NamedTuple):
    """A condition on the place, such as ^ or \\b: it takes no character."""


class Sequenced(NamedTuple):
    """One after the other."""

    parts: tuple[Node, ...]


class Choice(NamedTuple):
    """One of several."""

    options: tuple[Node, ...]


class Repeat(NamedTuple):
    """The same several times."""

    body: Node
    least: int
    most: int


Node = Characters | Place | Sequenced | Choice | Repeat

_CATEGORIES: dict[str, Ranges] = {
    "CATEGORY_DIGIT": charset.DIGITS,
    "CATEGORY_NOT_DIGIT": charset.complement(charset.DIGITS),
    "CATEGORY_SPACE": charset.SPACES,
    "CATEGORY_NOT_SPACE": charset.complement(charset.SPACES),
    "CATEGORY_WORD": charset.WORD,
    "CATEGORY_NOT_WORD": charset.complement(charset.WORD),
}

_REFUSED = {
    "GROUPREF": "a regular expression without back-references",
    "GROUPREF_IGNORE": "a regular expression without back-references",
    "GROUPREF_EXISTS": "a regular expression without conditions on a group",
    "ASSERT": "a regular expression without look-around",
    "ASSERT_NOT": "a regular expression without look-around",
}


def parse_regex(pattern: str) -> Sequenced:
    """The tree of an expression.

    Raises:
        Refused: it is no regular expression, or uses what can make matching expensive in ways not bounded
        here.
    """
    parser: Any = re._parser  # type: ignore[attr-defined] # sre_parse, the public name, is deprecated
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parsed = parser.parse(pattern, FLAGS)
        return _sequence(parsed, ignore_case=bool(parsed.state.flags & re.IGNORECASE))
    except re.error as error:
        raise Refused(f"a regular expression of Python's re; this one is none: {error}") from None
    except Warning as warning:
        raise Refused(f"a regular expression that means one thing: {warning}") from None
    except (RecursionError, OverflowError, ValueError) as error:
        raise Refused(f"a regular expression of Python's re; this one is none: {error}") from None


def _sequence(items: Sequence[tuple[object, Any]], *, ignore_case: bool) -> Sequenced:
    return Sequenced(tuple(_node(str(code), argument, ignore_case) for code, argument in items))


def _node(code: str, argument: Any, ignore_case: bool) -> Node:
    if code in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
        return Characters(_ranges(code, argument, ignore_case))
    if code == "AT":
        return Place()
    if code == "BRANCH":
        return Choice(tuple(_sequence(option, ignore_case=ignore_case) for option in argument[1]))
    if code == "SUBPATTERN":
        _, added, removed, body = argument
        inner = (ignore_case or bool(added & re.IGNORECASE)) and not removed & re.IGNORECASE
        return _sequence(body, ignore_case=inner)
    if code == "ATOMIC_GROUP":
        return _sequence(argument, ignore_case=ignore_case)
    if code in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        least, most, body = argument
        return Repeat(_sequence(body, ignore_case=ignore_case), int(least), min(int(most), UNBOUNDED))
    raise Refused(_REFUSED.get(code, "an expression of literals, sets, groups, alternatives and repeats"))


def _ranges(code: str, argument: Any, ignore_case: bool) -> Ranges:
    if code == "ANY":
        return charset.ANYTHING
    items = argument if code == "IN" else [("LITERAL", argument)]
    found = charset.union(*(_member(str(kind), value) for kind, value in items if str(kind) != "NEGATE"))
    if ignore_case:
        found = charset.ignoring_case(found)
    negated = code == "NOT_LITERAL" or any(str(kind) == "NEGATE" for kind, _ in items)
    return charset.complement(found) if negated else found


def _member(kind: str, value: Any) -> Ranges:
    if kind == "LITERAL":
        return ((value, value),)
    if kind == "RANGE":
        return (tuple(value),)
    if kind == "CATEGORY" and str(value) in _CATEGORIES:
        return _CATEGORIES[str(value)]
    raise Refused("a set of characters, ranges and \\d, \\w, \\s")
