"""docs/queries.md as data: each question with its three queries."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

DOCUMENT = Path(__file__).parents[2] / "docs" / "queries.md"

_QUESTION = re.compile(
    r"^### (?P<number>\d+)\. (?P<title>.+)\n(?P<text>(?:.+\n)?)\n"
    r"```json\nGET (?P<path>\S+)\n(?P<body>(?:[^`].*\n)+)```\n"
    r"```shell\nkube-events search (?P<command>.+)\n```\n"
    r"```dql\n(?P<dql>.+)\n```\n",
    re.MULTILINE,
)


class Question(NamedTuple):
    """One of the thirty."""

    number: int
    title: str
    path: str
    body: dict[str, Any]
    command: str
    """Of the shell, without `kube-events search`; what it prints may go on through a pipe."""
    dql: str


def questions() -> list[Question]:
    """All of the page, in their order."""
    return [
        Question(
            number=int(found["number"]),
            title=found["title"],
            path=found["path"],
            body=json.loads(found["body"]),
            command=found["command"],
            dql=found["dql"],
        )
        for found in _QUESTION.finditer(DOCUMENT.read_text())
    ]
