"""What is wrong in a document that a person wrote: where, what stands there, and what may stand there."""

from __future__ import annotations

import json

from msgspec import Struct

_SHOWN = 80
"""Characters of a value that an error repeats."""


class Fault(Struct, frozen=True):
    """One thing that is wrong."""

    path: str
    """Place in the document, such as route.routes[0].match.reason[1]; "" is the document itself."""
    value: object
    allowed: str
    """What may stand there, after the word "expected": "a string", "one of critical, high, medium, low"."""

    def __str__(self) -> str:
        return f"{self.path or 'document'}: expected {self.allowed}; found {shown(self.value)}"


def shown(value: object) -> str:
    """A value as an error shows it: JSON, cut where it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):  # a YAML alias can make a value contain itself
        text = f"a {type(value).__name__} that contains itself"
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def child(path: str, key: object) -> str:
    """The path of the entry `key` of the mapping at `path`; a key with dots, as labels have, in brackets."""
    name = str(key)
    if "." in name or "[" in name or not name:
        return f"{path}[{json.dumps(name, ensure_ascii=False)}]"
    return f"{path}.{name}" if path else name


def item(path: str, index: int) -> str:
    """The path of item `index` of the list at `path`."""
    return f"{path}[{index}]"
