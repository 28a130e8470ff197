"""The JSON Schema of patterns, made from the event's fields and the operators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from eventcore.patterns.leaf import OPERATOR_NAMES
from eventcore.patterns.operators import INSIDE_ANYTHING_BUT
from eventcore.rules.event_fields import ANY_NAME, BOOLEAN, NUMBER, Fields
from eventcore.rules.pattern_fields import OPERATORS_ON_NUMBERS

Schema = dict[str, Any]

PATTERN = "pattern"
"""The definition of a whole pattern."""

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_COMPARISON: list[Schema] = [{"enum": ["=", "<", "<=", ">", ">="]}, {"type": "number"}]

_OPERANDS: Mapping[str, tuple[Schema, str]] = {
    "exists": ({"type": "boolean"}, "Whether the event has the field."),
    "prefix": (
        {
            "anyOf": [
                _TEXT,
                {
                    "type": "object",
                    "properties": {"equals-ignore-case": _TEXT},
                    "required": ["equals-ignore-case"],
                    "additionalProperties": False,
                },
            ]
        },
        "How the value begins.",
    ),
    "suffix": ({"$ref": "#/definitions/operator.prefix/properties/prefix"}, "How the value ends."),
    "anything-but": (
        {
            "anyOf": [
                _TEXTS,
                {"type": "number"},
                {"type": "array", "items": {"type": "number"}, "minItems": 1},
                {
                    "type": "object",
                    "properties": dict.fromkeys(INSIDE_ANYTHING_BUT, _TEXTS),
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                },
            ]
        },
        "Any value that is there but these.",
    ),
    "numeric": (
        {
            "anyOf": [
                {"type": "array", "items": _COMPARISON * times, "minItems": 2 * times, "maxItems": 2 * times}
                for times in (1, 2)
            ]
        },
        'A comparison, such as [">=", 5], or a range, such as [">", 0, "<=", 5].',
    ),
    "wildcard": (_TEXT, "The value, with * for any characters."),
    "equals-ignore-case": (_TEXT, "The value, in whatever case."),
    "cidr": (_TEXT, "A network that the address is in, such as 10.0.0.0/8."),
    "regex": (
        _TEXT | {"maxLength": 512},
        "A regular expression that matches the whole value.",
    ),
}


def ref(definition: str) -> Schema:
    """A reference to a definition."""
    return {"$ref": f"#/definitions/{definition}"}


def pattern_definitions(fields: Fields) -> dict[str, Schema]:
    """The definitions behind PATTERN."""
    texts = [name for name in OPERATOR_NAMES if name != "numeric"]
    definitions = {f"operator.{name}": _operator(name) for name in OPERATOR_NAMES} | {
        "operators.texts": {"anyOf": [ref(f"operator.{name}") for name in texts]},
        "texts": _values(_TEXT | {"minLength": 1}),
        "freeTexts": _values(_TEXT),
        "numbers": _values({"type": "number"}, OPERATORS_ON_NUMBERS),
        "true": _values({"const": True}, ["exists"]),
    }
    _define(PATTERN, fields, definitions)
    return definitions


def _operator(name: str) -> Schema:
    operand, description = _OPERANDS[name]
    return {
        "type": "object",
        "description": description,
        "properties": {name: operand},
        "required": [name],
        "additionalProperties": False,
    }


def _define(name: str, fields: Fields, definitions: dict[str, Schema]) -> None:
    """An object of fields, and everything in it."""
    properties: dict[str, Schema] = {}
    for field, kind in fields.items():
        if field is not ANY_NAME:
            properties[field] = _field(f"{name}.{field}", kind, definitions)
    free = ref("freeTexts") if ANY_NAME in fields else False
    alternatives = {"type": "array", "items": ref(name), "minItems": 2, "description": "Any of these."}
    definitions[name] = {
        "type": "object",
        "minProperties": 1,
        "properties": properties | {"$or": alternatives},
        "additionalProperties": free,
    }


def _field(name: str, kind: Any, definitions: dict[str, Schema]) -> Schema:
    if isinstance(kind, dict):
        _define(name, kind, definitions)
        return ref(name)
    if kind == NUMBER:
        return ref("numbers")
    if kind == BOOLEAN:
        return ref("true")
    if isinstance(kind, tuple):
        return _values({"enum": list(kind)})
    return ref("texts")


def _values(exact: Schema, operators: Iterable[str] | None = None) -> Schema:
    """A list of these values and operators; of texts, all operators on texts."""
    found = ["operators.texts"] if operators is None else [f"operator.{name}" for name in operators]
    return {"type": "array", "minItems": 1, "items": {"anyOf": [exact, *map(ref, found)]}}
