"""Writes the tree of a Go expression as a regular expression of our rules: whole values, DOTALL, ASCII."""

from __future__ import annotations

from collections.abc import Iterator

from eventcore.patterns import charset
from eventcore.patterns.charset import Ranges
from kube_events.rule_import.go_regex_tree import (
    BEGIN,
    END,
    NO_LINE_END,
    PLACES,
    Alt,
    Chars,
    Node,
    Place,
    Repeat,
    Seq,
    UnknownChar,
)

_ANY_TEXT = ".*"


def find_in_value(node: Node, *, lines: bool) -> str | None:
    """An expression that matches the values in which `node` is found; None if it cannot be written.

    Args:
        node: the tree.
        lines: whether values can have several lines; if not, `.` is written for what Go's `.` means.
    """
    if any(isinstance(one, UnknownChar) for one in _walk(node)):
        return None
    parts = node.parts if isinstance(node, Seq) else (node,)
    begin, end = _ANY_TEXT, _ANY_TEXT
    if parts and parts[0] == BEGIN:
        begin, parts = "", parts[1:]
    if parts and parts[-1] == END:
        end, parts = "", parts[:-1]
    ignore_case = _ignores_case(node)
    body = "".join(_written(part, lines, ignore_case, inside=True) for part in parts)
    return f"{'(?i)' if ignore_case else ''}{begin}{body}{end}"


def _written(node: Node, lines: bool, ignore_case: bool, *, inside: bool) -> str:
    match node:
        case Chars(ranges):
            return _set(ranges, lines, ignore_case)
        case Place(what):
            return PLACES[what]
        case Seq(parts):
            return "".join(_written(part, lines, ignore_case, inside=True) for part in parts)
        case Alt(options):
            text = "|".join(_written(option, lines, ignore_case, inside=False) for option in options)
            return f"({text})" if inside else text
        case Repeat(body, least, most):
            text = _written(body, lines, ignore_case, inside=True)
            one = text if isinstance(body, Chars | Alt) else f"({text})"
            return one + _times(least, most)
        case UnknownChar(name):
            raise AssertionError(name)


def _times(least: int, most: int | None) -> str:
    plain = {(0, None): "*", (1, None): "+", (0, 1): "?", (1, 1): ""}
    if (least, most) in plain:
        return plain[least, most]
    if least == most:
        return f"{{{least}}}"
    return f"{{{least},{'' if most is None else most}}}"


def _set(ranges: Ranges, lines: bool, ignore_case: bool) -> str:
    if ranges == charset.ANYTHING or (ranges == NO_LINE_END and not lines):
        return "."
    others = charset.complement(ranges)
    if ignore_case:
        ranges, others = _one_case(ranges), _one_case(others)
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return _escaped(ranges[0][0], r"\.^$*+?{}[]|()")
    if ranges == charset.DIGITS:
        return "[0-9]"
    if ranges == charset.WORD:
        return r"\w"
    positive, negative = _members(ranges), _members(others)
    return f"[^{negative}]" if negative and len(negative) < len(positive) else f"[{positive}]"


def _one_case(ranges: Ranges) -> Ranges:
    """The set without capital letters, of which (?i) thinks by itself."""
    capitals = ((ord("A"), ord("Z")),)
    small = charset.complement(charset.union(charset.complement(ranges), capitals))
    return small if charset.ignoring_case(small) == charset.ignoring_case(ranges) else ranges


def _members(ranges: Ranges) -> str:
    return "".join(
        _escaped(low, r"\]^-[&~|")
        + ("" if high == low else ("-" if high > low + 1 else "") + _escaped(high, r"\]^-[&~|"))
        for low, high in ranges
    )


def _escaped(code: int, special: str) -> str:
    character = chr(code)
    if character in special:
        return "\\" + character
    if character == "\n":
        return "\\n"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    # What cannot be seen, or cannot stand in YAML or UTF-8.
    return character if character.isprintable() else f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"


def _ignores_case(node: Node) -> bool:
    """Whether each set has both cases of its letters, and there are letters at all."""
    sets = [one.ranges for one in _walk(node) if isinstance(one, Chars)]
    letters = charset.union(((ord("A"), ord("Z")),), ((ord("a"), ord("z")),))
    narrow = [one for one in sets if charset.overlap(one, letters) and not _has_all(one, letters)]
    return bool(narrow) and all(charset.ignoring_case(one) == one for one in narrow)


def _has_all(ranges: Ranges, others: Ranges) -> bool:
    return charset.union(ranges, others) == ranges


def _walk(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Seq(nodes) | Alt(nodes):
            for one in nodes:
                yield from _walk(one)
        case Repeat(body):
            yield from _walk(body)
