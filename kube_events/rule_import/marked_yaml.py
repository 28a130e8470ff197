"""YAML whose values know their line, with scalars as they are written: a report names the line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from kube_events.errors import CommandError
from kube_events.strict_yaml import YamlError, read_yaml

_NULL = "tag:yaml.org,2002:null"


class Marked:
    """A value of the file, its place in the file, and its path."""

    def __init__(self, node: yaml.Node | None, file: str, path: str) -> None:
        self._node, self._file, self.path = node, file, path

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self._file}:{self.line}"

    @property
    def line(self) -> int:
        """Counted from 1."""
        return self._node.start_mark.line + 1 if self._node is not None else 1

    @property
    def last_line(self) -> int:
        """The last line of the value, counted from 1."""
        if self._node is None:
            return 1
        mark = self._node.end_mark
        return mark.line + (1 if mark.column else 0)

    @property
    def is_null(self) -> bool:
        """Whether there is nothing: no key, or a key without a value."""
        return self._node is None or (isinstance(self._node, yaml.ScalarNode) and self._node.tag == _NULL)

    def fields(self) -> dict[str, Marked]:
        """The values of a mapping by their keys; {} of null.

        Raises:
            CommandError: it is no mapping.
        """
        if self.is_null:
            return {}
        if not isinstance(self._node, yaml.MappingNode):
            raise self.refused("a mapping")
        return {
            str(key.value): Marked(
                value, self._file, f"{self.path}.{key.value}" if self.path else str(key.value)
            )
            for key, value in self._node.value
        }

    def field(self, name: str) -> Marked:
        """A value of a mapping; null if it is not there."""
        return self.fields().get(name) or Marked(None, self._file, f"{self.path}.{name}")

    def items(self) -> Iterator[Marked]:
        """The values of a list; none of null.

        Raises:
            CommandError: it is no list.
        """
        if self.is_null:
            return
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.refused("a list")
        for at, one in enumerate(self._node.value):
            yield Marked(one, self._file, f"{self.path}[{at}]")

    def text(self) -> str:
        """A scalar as it is written; "" of null.

        Raises:
            CommandError: it is no scalar.
        """
        if self.is_null:
            return ""
        if not isinstance(self._node, yaml.ScalarNode):
            raise self.refused("a text")
        return str(self._node.value)

    def whole_number(self) -> int:
        """A number of 32 bits; 0 of null.

        Raises:
            CommandError: it is none.
        """
        try:
            number = int(self.text() or "0", 10)
        except ValueError:
            raise self.refused("a whole number") from None
        if not -(2**31) <= number < 2**31:
            raise self.refused("a whole number of 32 bits")
        return number

    def refused(self, expected: str) -> CommandError:
        """The error that the value is something else. It does not quote the value, which may be a secret."""
        return CommandError([f"{self.place}: {self.path}: expected {expected}"])


def read_marked(text: str, file: str) -> Marked:
    """The document in `text`.

    Raises:
        CommandError: it is no YAML, or not what can be read safely.
    """
    try:
        read_yaml(text.encode())
        node: Any = yaml.compose(text, yaml.SafeLoader)
    except YamlError as error:
        raise CommandError([f"{file}: {error}"]) from None
    _merge_keys(node, set())
    return Marked(node, file, "")


def _merge_keys(node: yaml.Node | None, seen: set[int]) -> None:
    """Replace `<<` by what it stands for, everywhere. Aliases are the same node, and need it once."""
    if node is None or id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        SafeConstructor().flatten_mapping(node)
    for one in node.value:
        for inner in one if isinstance(one, tuple) else (one,):
            _merge_keys(inner, seen)
