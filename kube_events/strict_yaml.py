"""Reads YAML strictly: one document, every key once, and errors that say line and column."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import ComposerError

MAX_NODES = 100_000
"""Values that a file may expand to. Aliases can make a small file stand for more than fits into memory."""


class YamlError(ValueError):
    """What is wrong with a YAML file, with line and column where they are known."""


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader, but a key that stands twice in a mapping is an error: there the last one would win."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            identity = (key.tag, key.value)
            if identity in seen:
                problem = f"the key {key.value} stands here twice"
                raise ComposerError(None, None, problem, key.start_mark)
            seen.add(identity)
        return node


def read_yaml(data: bytes) -> Any:
    """Decode a YAML file.

    Raises:
        YamlError: it is not UTF-8, no YAML, no single document, has a key twice, or never ends.
    """
    text = _text(data)
    try:
        document = yaml.load(text, _StrictLoader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise YamlError(f"{place}{said}") from None
    except yaml.reader.ReaderError as error:
        raise YamlError(
            f"character {error.position}: #x{error.character:04x} may not stand in YAML"
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise YamlError(f"no YAML: {error}") from None
    _expanded_size(document, {})
    return document


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise YamlError(f"line {line}, byte {column}: not UTF-8") from None


def _expanded_size(value: object, known: dict[int, int | None]) -> int:
    """Values that `value` stands for when each alias is written out; `known` holds the sizes found so far."""
    if not isinstance(value, dict | list):
        return 1
    identity = id(value)
    if identity in known:
        size = known[identity]
        if size is None:
            raise YamlError("an alias stands inside of what it stands for")
        return size
    known[identity] = None
    children = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    size = 1 + sum(_expanded_size(one, known) for one in children)
    if size > MAX_NODES:
        raise YamlError(f"more than {MAX_NODES} values, its aliases written out")
    known[identity] = size
    return size
