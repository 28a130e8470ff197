"""Reads single values off an event, by the wire's names, without making the view that patterns are about."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from eventcore.event import Event
from eventcore.patterns.places import ABSENT, Trail

Reader = Callable[[Event], Any]
"""What the event has there, or ABSENT: as the view has it."""


@lru_cache(maxsize=1024)
def reader(trail: Trail) -> Reader | None:
    """Reads the field at `trail`; None where a field is no single value of the struct: times, which are texts
    in the view, arrays, and what no event has."""
    holder: type[Struct] = Event
    names: list[str] = []
    may_be_none = False
    for at, name in enumerate(trail):
        field = _fields(holder).get(name)
        if field is None:
            return None
        names.append(field.name)
        kind, optional = _kind(field.type)
        rest = trail[at + 1 :]
        if not rest:
            return _value(names, field, may_be_none=may_be_none) if _is_scalar(kind) else None
        if kind is dict:
            return _entry(names, rest[0]) if len(rest) == 1 and not may_be_none else None
        if not (isinstance(kind, type) and issubclass(kind, Struct)):
            return None
        holder, may_be_none = kind, may_be_none or optional
    return None


def _value(names: list[str], field: msgspec.structs.FieldInfo, *, may_be_none: bool) -> Reader:
    get: Callable[[Event], Any] = attrgetter(".".join(names))
    left_out = field.default
    if may_be_none:
        owner: Callable[[Event], Any] = attrgetter(".".join(names[:-1]))
        last = names[-1]

        def inner(event: Event) -> Any:
            held = owner(event)
            value = left_out if held is None else getattr(held, last)
            return ABSENT if held is None or value == left_out else value

        return inner
    if left_out is msgspec.NODEFAULT:
        return get

    def value(event: Event) -> Any:
        found = get(event)
        return ABSENT if found == left_out else found

    return value


def _entry(names: list[str], key: str) -> Reader:
    """Of labels or annotations."""
    get: Callable[[Event], dict[str, str]] = attrgetter(".".join(names))
    return lambda event: get(event).get(key, ABSENT)


@lru_cache(maxsize=16)
def _fields(struct: type[Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(struct)}


def _kind(annotation: Any) -> tuple[Any, bool]:
    """The type without None, and whether it may be None."""
    if get_origin(annotation) in (Union, UnionType):
        kinds = [one for one in get_args(annotation) if one is not NoneType]
        return kinds[0], True
    return get_origin(annotation) if get_origin(annotation) is dict else annotation, False


def _is_scalar(kind: Any) -> bool:
    return kind in (str, int, bool) or (get_args(kind) != () and isinstance(get_args(kind)[0], str))
