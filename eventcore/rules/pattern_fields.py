"""Holds patterns against the event: a field or a value that no event has is an error, not a silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eventcore.faults import Fault, child, item
from eventcore.patterns.operators import is_number
from eventcore.rules.event_fields import ANY_NAME, BOOLEAN, NUMBER, STRING, Fields, event_fields
from eventcore.rules.nearest import one_of

OPERATORS_ON_NUMBERS = ("exists", "numeric", "anything-but")


def field_faults(pattern: object, path: str) -> Iterator[Fault]:
    """What in `pattern`, else well formed, can never match an event."""
    yield from _object(pattern, path, event_fields())


def _object(pattern: object, path: str, fields: Fields) -> Iterator[Fault]:
    if not isinstance(pattern, dict):
        return
    for name, value in pattern.items():
        place = child(path, name)
        if name == "$or":
            for at, option in enumerate(value if isinstance(value, list) else ()):
                yield from _object(option, item(place, at), fields)
        elif name in fields or ANY_NAME in fields:
            yield from _field(value, place, fields.get(name, STRING), free=ANY_NAME in fields)
        else:
            yield Fault(place, name, f"a field of the event: {one_of(map(str, fields), name)}")


def _field(value: object, path: str, kind: Any, *, free: bool) -> Iterator[Fault]:
    if isinstance(kind, dict):
        if isinstance(value, dict):
            yield from _object(value, path, kind)
        else:
            inner = "any names" if ANY_NAME in kind else ", ".join(map(str, kind))
            yield Fault(path, value, f"an object of fields: {inner}")
    elif isinstance(value, dict):
        yield Fault(path, value, 'a list of values, such as ["…"]: this field holds no others')
    elif isinstance(value, list):
        for at, one in enumerate(value):
            allowed = _allowed_instead(one, kind, free=free)
            if allowed is not None:
                yield Fault(item(path, at), one, allowed)


def _allowed_instead(value: object, kind: Any, *, free: bool) -> str | None:
    """What to write instead of a value that the field never has; None where it may have it."""
    if value is None:
        return 'what the field can be: it is never null; [{"exists": false}] finds an event without it'
    if isinstance(value, dict):
        return _operator_instead(value, kind)
    if kind == BOOLEAN:
        return None if value is True else 'true; a false one is left out: [{"exists": false}] finds it'
    if kind == NUMBER:
        return None if is_number(value) else "a number, or an operator on numbers"
    if not isinstance(value, str):
        return "a string; put it in quotes"
    if isinstance(kind, tuple):
        return None if value in kind else one_of(kind, value)
    if value == "" and not free:
        return 'a string; an empty one is left out: [{"exists": false}] finds it'
    return None


def _operator_instead(operator: dict[Any, Any], kind: Any) -> str | None:
    name = next(iter(operator), None)
    if kind == BOOLEAN and name != "exists":
        return "true or exists"
    if kind == NUMBER and name not in OPERATORS_ON_NUMBERS:
        return f"one of {', '.join(OPERATORS_ON_NUMBERS)}: the field is a number"
    if kind != NUMBER and name == "numeric":
        return "an operator on strings: the field is no number"
    return None
