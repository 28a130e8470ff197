"""The forms in which documents are printed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import yaml

from kube_events.plain_text import escaped_json, json_text

Form = Literal["table", "wide", "json", "jsonl", "yaml"]
FORMS: tuple[Form, ...] = get_args(Form)

Document = Mapping[str, Any]


def as_json(documents: Sequence[Document]) -> Iterator[str]:
    """One object with all of them in `items`, as kubectl prints a list."""
    yield json_text({"items": documents})


def as_json_lines(documents: Iterable[Document]) -> Iterator[str]:
    """A document a line, as they come."""
    for document in documents:
        yield json_text(document, indent=None)


def as_yaml(documents: Sequence[Document]) -> Iterator[str]:
    """The same as `as_json`."""
    # What may steer a terminal is escaped, for which the emitter knows only to escape all that is not ASCII.
    readable = escaped_json(text := json.dumps(documents, ensure_ascii=False)) == text
    listed: str = yaml.safe_dump({"items": json.loads(text)}, allow_unicode=readable, sort_keys=False)
    yield listed.rstrip("\n")
