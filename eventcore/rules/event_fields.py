"""The fields a rule may speak of: those of the wire's event, read off its struct."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from msgspec import inspect

from eventcore.event import Event

STRING = "string"
NUMBER = "number"
BOOLEAN = "boolean"

ANY_NAME = None
"""The name that stands for every name: those of labels and annotations are free."""

Fields = Mapping[str | None, Any]
"""A field's name to its kind: STRING, NUMBER, BOOLEAN, the values of an enumeration, or Fields again."""


@cache
def event_fields() -> Fields:
    """The fields of an event on the wire."""
    fields = _kind(inspect.type_info(Event))
    return cast(Fields, fields)


def leaf_paths() -> list[tuple[str, ...]]:
    """The paths of all fields that hold a value; `labels` and `annotations` stand for what they hold."""
    return list(_leaves(event_fields()))


def _leaves(fields: Fields, prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, kind in fields.items():
        if name is ANY_NAME:
            found.append(prefix)
        elif isinstance(kind, dict):
            found.extend(_leaves(kind, (*prefix, name)))
        else:
            found.append((*prefix, name))
    return found


def _fields(struct: inspect.StructType) -> dict[str | None, Any]:
    fields: dict[str | None, Any] = {field.encode_name: _kind(field.type) for field in struct.fields}
    if struct.tag_field is not None:
        fields[struct.tag_field] = STRING
    return fields


def _kind(type_info: inspect.Type) -> Any:
    match type_info:
        case inspect.StructType():
            return _fields(type_info)
        case inspect.UnionType(types):
            return next(_kind(one) for one in types if not isinstance(one, inspect.NoneType))
        case inspect.LiteralType(values):
            return tuple(values)
        case inspect.DictType():
            return {ANY_NAME: STRING}
        case inspect.VarTupleType(item) if isinstance(item, inspect.StructType):
            return _fields(item)  # a pattern speaks of an array's objects as if there were one
        case inspect.BoolType():
            return BOOLEAN
        case inspect.IntType() | inspect.FloatType():
            return NUMBER
        case _:
            return STRING  # times travel as text, and of a list of texts a pattern tests each
