"""A request to a receiver and its answer, free of any HTTP server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from sandbox.receivers.inbox import Received


class Request(NamedTuple):
    """What a chat's server sees of one."""

    method: str
    query: Mapping[str, str]
    content_type: str
    body: bytes

    def json_object(self) -> dict[str, Any] | None:
        """The body as a JSON object; None if it is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


class Reply(NamedTuple):
    """What it answers. A status of 0 stands for a connection that is closed without an answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}


def json_reply(status: int, value: object, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply with a JSON body."""
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), headers or {})


class Receiver(Protocol):
    """Something that is told things over HTTP."""

    name: str

    def answer(self, request: Request, now: float) -> tuple[Reply, Received]:
        """Judge one request, `now` being seconds since the epoch."""

    def inject(self, times: int, kind: str) -> None:
        """Have the next `times` requests fail in the way that `kind` names.

        Raises:
            ValueError: it knows no such kind; names those that it knows.
        """
