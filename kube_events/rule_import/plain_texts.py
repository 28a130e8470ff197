"""Expressions that are only a few texts with gaps between them: they become exact values and wildcards."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import product

from eventcore.patterns import charset
from kube_events.rule_import.go_regex_tree import (
    BEGIN,
    END,
    NO_LINE_END,
    Alt,
    Chars,
    Node,
    Place,
    Repeat,
    Seq,
    UnknownChar,
)

MAX_TEXTS = 16
"""Texts that one alternative may stand for: beyond it an expression is easier to read."""

_MAX_COPIES = 64


class Mark(Enum):
    """What a text may have beside characters."""

    GAP = "any characters or none"
    ONE = "any one character"
    BEGIN = "the beginning"
    END = "the end"


Text = tuple[str | Mark, ...]
"""Characters, and marks between them."""


def plain_texts(node: Node, *, lines: bool) -> list[Text] | None:
    """The texts that the expression finds, gaps at their open ends included; None if it is not so plain.

    Args:
        node: the tree.
        lines: whether values can have several lines, so that `.` is not any character.
    """
    found = _texts(node, lines)
    if found is None:
        return None
    texts = [_with_open_ends(one) for one in found]
    return None if any(one is None for one in texts) else [one for one in texts if one is not None]


def surely_found(node: Node) -> Text:
    """One text with gaps that every value has in which the expression is found: never narrower."""
    marks = tuple(one for one in _outline(node))
    begin = marks[:1] == (Mark.BEGIN,)
    end = marks[-1:] == (Mark.END,)
    inner = tuple(one for one in marks if one not in {Mark.BEGIN, Mark.END})
    return _joined((() if begin else (Mark.GAP,)) + inner + (() if end else (Mark.GAP,)))


def _texts(node: Node, lines: bool) -> list[Text] | None:
    match node:
        case Chars(ranges):
            if ranges == charset.ANYTHING or (ranges == NO_LINE_END and not lines):
                return [(Mark.ONE,)]
            return [(chr(ranges[0][0]),)] if _is_single(node) else None
        case Place():
            return [(Mark.BEGIN,)] if node == BEGIN else [(Mark.END,)] if node == END else None
        case Alt(options):
            return _all([_texts(option, lines) for option in options])
        case Seq(parts):
            return _products([_texts(part, lines) for part in parts])
        case Repeat(body, least, most):
            return _repeated(_texts(body, lines), least, most)
        case UnknownChar():
            return None


def _repeated(body: list[Text] | None, least: int, most: int | None) -> list[Text] | None:
    if body is None or least > _MAX_COPIES:
        return None
    if most is None:
        return _products([body] * least + [[(Mark.GAP,)]]) if body == [(Mark.ONE,)] else None
    if most - least >= MAX_TEXTS:
        return None
    return _all([_products([body] * times) for times in range(least, most + 1)])


def _all(found: Sequence[list[Text] | None]) -> list[Text] | None:
    texts: dict[Text, None] = {}
    for one in found:
        if one is None:
            return None
        texts.update(dict.fromkeys(one))
    return list(texts) if len(texts) <= MAX_TEXTS else None


def _products(found: Sequence[list[Text] | None]) -> list[Text] | None:
    texts: list[Text] = [()]
    for one in found:
        if one is None or len(texts) * len(one) > MAX_TEXTS:
            return None
        texts = [(*before, *after) for before, after in product(texts, one)]
    return texts


def _with_open_ends(text: Text) -> Text | None:
    begin, end = text[:1] == (Mark.BEGIN,), text[-1:] == (Mark.END,)
    inner = text
    while inner[:1] == (Mark.BEGIN,):
        inner = inner[1:]
    while inner[-1:] == (Mark.END,):
        inner = inner[:-1]
    if Mark.BEGIN in inner or Mark.END in inner:
        return None
    return _joined((() if begin else (Mark.GAP,)) + inner + (() if end else (Mark.GAP,)))


def _joined(text: Text) -> Text:
    """Gaps beside one another are one."""
    found: list[str | Mark] = []
    for one in text:
        if not (one is Mark.GAP and found[-1:] == [Mark.GAP]):
            found.append(one)
    return tuple(found)


def _outline(node: Node) -> Text:
    match node:
        case Chars():
            return (chr(node.ranges[0][0]),) if _is_single(node) else (Mark.GAP,)
        case Place():
            return (Mark.BEGIN,) if node == BEGIN else (Mark.END,) if node == END else ()
        case Seq(parts):
            return tuple(one for part in parts for one in _outline(part))
        case Repeat(body, least) if least > 0:
            return (*_outline(body), Mark.GAP)
        case _:
            return (Mark.GAP,)


def _is_single(node: Chars) -> bool:
    return len(node.ranges) == 1 and node.ranges[0][0] == node.ranges[0][1]
