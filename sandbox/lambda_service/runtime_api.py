"""Lambda's Runtime API (version 2018-06-01) for one process: what awslambdaric asks and answers.

Each thing that the runtime says becomes a signal in a mailbox; the execution environment reads it there,
beside the end of the process.
"""

from __future__ import annotations

import functools
import json
import queue
import re
from dataclasses import dataclass
from typing import Any

from sandbox.lambda_service.loopback import Handler, LoopbackServer

MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
"""A synchronous request or response (Lambda quotas)."""

_RESULT = re.compile(r"/2018-06-01/runtime/invocation/([^/]+)/(response|error)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What /next hands out."""

    request_id: str
    payload: bytes
    function_arn: str
    deadline_ms: int
    """Epoch milliseconds."""
    trace_id: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The runtime asked for an invocation."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The handler returned."""

    request_id: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Raised:
    """The handler, or what encodes its result, raised."""

    request_id: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class InitFailed:
    """The handler's module could not be imported."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Exited:
    """The process ended; negative codes are signals."""

    code: int


Signal = Ready | Answered | Raised | InitFailed | Exited
Mailbox = queue.SimpleQueue[Signal]


class RuntimeApi:
    """The server for one process."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.next: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._server = LoopbackServer(functools.partial(_RuntimeHandler, self))

    @property
    def address(self) -> str:
        """The value of AWS_LAMBDA_RUNTIME_API."""
        return self._server.address

    def offer(self, invocation: Invocation) -> None:
        """Hand this out at the next /next."""
        self.next.put(invocation)

    def close(self) -> None:
        """Stop serving; a runtime that waits in /next is let go without an answer."""
        self.next.put(None)
        self._server.close()


class _RuntimeHandler(Handler):
    def __init__(self, api: RuntimeApi, *arguments: Any) -> None:
        self._api = api
        super().__init__(*arguments)

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        if self.path != "/2018-06-01/runtime/invocation/next":
            self._refuse(404, "InvalidPath", self.path)
            return
        self._api.mailbox.put(Ready())
        invocation = self._api.next.get()
        if invocation is None:
            self.close_connection = True
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
        }
        self.answer(200, invocation.payload, headers)

    def do_POST(self) -> None:  # noqa: N802 - http.server's name
        body = self.body()
        result = _RESULT.fullmatch(self.path)
        if self.path == "/2018-06-01/runtime/init/error":
            self._api.mailbox.put(InitFailed(body))
        elif result is None:
            self._refuse(404, "InvalidPath", self.path)
            return
        elif result[2] == "error":
            self._api.mailbox.put(Raised(result[1], body))
        elif len(body) > MAX_PAYLOAD_BYTES:
            self._too_large(result[1], len(body))
            return
        else:
            self._api.mailbox.put(Answered(result[1], body))
        self.answer(202, b'{"status":"OK"}')

    def _too_large(self, request_id: str, size: int) -> None:
        message = (
            f"Response payload size ({size} bytes) exceeded maximum allowed ({MAX_PAYLOAD_BYTES} bytes)."
        )
        error = {"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}
        self._api.mailbox.put(Raised(request_id, json.dumps(error).encode()))
        self._refuse(413, "RequestEntityTooLarge", message)

    def _refuse(self, status: int, kind: str, message: str) -> None:
        self.answer(status, json.dumps({"errorType": kind, "errorMessage": message}).encode())
