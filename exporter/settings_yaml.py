"""Reads YAML for settings: one document, each key once, no aliases; errors say line and column."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import ComposerError


class YamlError(ValueError):
    """What is wrong with the text, in one line."""


class _Loader(yaml.SafeLoader):
    """SafeLoader, but without what makes a file say something else than it seems to say."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ComposerError(None, None, "settings have no use for an alias: write it out", mark)
        return super().compose_node(parent, index)

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise ComposerError(None, None, f"the key {key.value} stands here twice", key.start_mark)
            seen.add(key.value)
        return node


def read_yaml(data: bytes) -> Any:
    """Decode a YAML or JSON text; None if it is empty.

    Raises:
        YamlError: it is not UTF-8, no YAML, more than one document, has a key twice or an alias.
    """
    try:
        return yaml.load(data.decode("utf-8-sig"), _Loader)  # noqa: S506 - a subclass of SafeLoader
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise YamlError(f"line {line}: not UTF-8") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise YamlError(f"{place}{said}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise YamlError(f"no YAML: {' '.join(str(error).split())}") from None
