"""An unanchored regular expression of Go as the values that a field of our rules lists.

What our language can say exactly is said exactly. What it cannot is widened for a condition that tells and
left out of one that drops: somebody is told more rather than less, and a note says so.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from eventcore.patterns.errors import Refused
from eventcore.patterns.regex import compile_regex
from kube_events.rule_import.go_characters import NotGo
from kube_events.rule_import.go_regex import TooDeep, parse_go
from kube_events.rule_import.go_regex_tree import (
    EMPTY,
    Alt,
    Chars,
    Node,
    Place,
    Repeat,
    Seq,
    UnknownChar,
    alt,
    seq,
)
from kube_events.rule_import.plain_texts import Mark, Text, plain_texts, surely_found
from kube_events.rule_import.python_regex import find_in_value


class Field(NamedTuple):
    """What is known of the values of a field."""

    lines: bool = False
    """Whether they can have several lines."""
    by_name: bool = False
    """Whether it is a label or annotation: the peers want it to be there, and it may be empty. Any other
    field that is empty is absent from our events, and the peers match it as an empty text."""


class Matched(NamedTuple):
    """What stands for an expression."""

    values: tuple[Any, ...]
    """Alternatives; () matches nothing."""
    always: bool = False
    """Every event matches, so nothing needs to be said."""
    broken: str = ""
    """Why the peer itself never matches it."""
    notes: tuple[str, ...] = ()
    """Where this is not the same."""


def matched_values(pattern: str, field: Field, *, tells: bool, short_names: bool = False) -> Matched:
    """What stands for `pattern`, which the peer looks for anywhere in the value of `field`.

    Args:
        pattern: an expression that is not empty, for Go's regexp.
        field: where it is looked for.
        tells: whether an event that matches is told; otherwise it is kept from somebody.
        short_names: whether the peer is built with Go 1.22 or later.
    """
    try:
        tree = parse_go(pattern, short_names=short_names)
    except NotGo as error:
        return Matched(
            (), broken=f"{pattern!r} is no regular expression of Go ({error}), so it never matched"
        )
    except TooDeep:
        note = "groups within groups, too deep to be read"
        if tells:
            return _always(field, (f"{note}; nothing is asked instead, so more is told",))
        return Matched((), notes=(f"{note}; left out here, so what it dropped is told",))
    open_ended = _trimmed(_trimmed(tree, at_end=True), at_end=False)
    values: list[Any] = []
    notes = []
    for option in open_ended.options if isinstance(open_ended, Alt) else (open_ended,):
        found, note = _values(option, field, tells)
        if note:
            notes.append(note)
        if found is None:
            return _always(field, tuple(notes))
        values.extend(one for one in found if one not in values)
    if not field.by_name and _matches_nothing_at_all(tree):
        values.append({"exists": False})
    if {"exists": True} in values:
        return _always(field, tuple(notes)) if {"exists": False} in values else Matched(({"exists": True},))
    return Matched(tuple(values), notes=tuple(notes))


def _always(field: Field, notes: tuple[str, ...]) -> Matched:
    if field.by_name:
        return Matched(({"exists": True},), notes=notes)
    return Matched((), always=True, notes=notes)


def _values(option: Node, field: Field, tells: bool) -> tuple[list[Any] | None, str]:
    """The values for one alternative, None for any value whatsoever; and what is not the same about them."""
    texts = plain_texts(option, lines=field.lines)
    if texts is not None:
        found = [_value(text, field) for text in texts]
        if all(isinstance(one, _Value) for one in found):
            return [one.value for one in found if isinstance(one, _Value) and one.value is not None], ""
        if any(one is None for one in found):
            return None, ""
    expression = find_in_value(option, lines=field.lines)
    refused = _refused(expression)
    if not refused:
        return [{"regex": expression}], ""
    if not tells:
        return [], f"{refused}; it is left out here, so what it dropped is told"
    wider = _value(surely_found(option), field)
    if not isinstance(wider, _Value) or wider.value is None:
        return None, f"{refused}; nothing is asked instead, so more is told"
    return [wider.value], f"{refused}; {wider.value} stands for it, which matches more, so more is told"


def _refused(expression: str | None) -> str:
    """Why the expression cannot stand in a rule; "" if it can."""
    if expression is None:
        return "an expression with Unicode's sets (\\p), which our rules do not have"
    try:
        compile_regex(expression)
    except Refused as refused:
        return f"{expression!r} is refused by our rules, which want {refused.allowed}"
    return ""


class _Value(NamedTuple):
    value: Any
    """None: no value can be so, since an empty field is an absent one."""


def _value(text: Text, field: Field) -> _Value | str | None:
    """The operator for a text with gaps; None for any value, a word where no operator says it."""
    if text == (Mark.GAP,):
        return None
    if Mark.ONE in text:
        if (
            not field.by_name
            and not field.lines
            and set(text) == {Mark.ONE, Mark.GAP}
            and text.count(Mark.ONE) == 1
        ):
            return _Value({"exists": True})
        return "any one character"
    if Mark.GAP not in text:
        exact = "".join(map(str, text))
        return _Value(exact if exact or field.by_name else None)
    inner = text[1:-1] if text[0] is text[-1] is Mark.GAP else text[1:] if text[0] is Mark.GAP else text[:-1]
    if Mark.GAP not in inner:
        letters = "".join(map(str, inner))
        if text[0] is not Mark.GAP:
            return _Value({"prefix": letters})
        if text[-1] is not Mark.GAP:
            return _Value({"suffix": letters})
    return _Value({"wildcard": "".join("*" if one is Mark.GAP else _star_escaped(str(one)) for one in text)})


def _star_escaped(character: str) -> str:
    return "\\" + character if character in "*\\" else character


def _trimmed(node: Node, *, at_end: bool) -> Node:
    """The node without what does not matter at an open end: `kube-*` finds just what `kube` finds."""
    match node:
        case Seq(parts):
            rest = list(parts) if at_end else list(reversed(parts))
            while rest:
                last = _trimmed(rest[-1], at_end=at_end)
                if last != EMPTY:
                    rest[-1] = last
                    break
                rest.pop()
            return seq(*(rest if at_end else reversed(rest)))
        case Alt(options):
            trimmed = alt(tuple(_trimmed(option, at_end=at_end) for option in options))
            return EMPTY if isinstance(trimmed, Alt) and EMPTY in trimmed.options else trimmed
        case Repeat(body, least, _):
            if least == 0:
                return EMPTY
            last = _trimmed(body, at_end=at_end)
            before = [] if least == 1 else [body if least == 2 else Repeat(body, least - 1, least - 1)]
            return seq(*before, last) if at_end else seq(last, *before)
        case _:
            return node


def _matches_nothing_at_all(node: Node) -> bool:
    """Whether it is found in the empty text."""
    match node:
        case Chars() | UnknownChar():
            return False
        case Place(what):
            return what != "boundary"
        case Seq(parts):
            return all(map(_matches_nothing_at_all, parts))
        case Alt(options):
            return any(map(_matches_nothing_at_all, options))
        case Repeat(body, least, _):
            return least == 0 or _matches_nothing_at_all(body)
