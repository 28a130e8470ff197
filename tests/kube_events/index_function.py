"""Lambda's Invoke over HTTP: behind it the real index function, or answers that a test gives."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Iterator
from contextlib import redirect_stdout
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

import pytest

from tests.fixtures.aws import Aws, Handler, LambdaContext
from tests.fixtures.cluster import Answer
from tests.fixtures.loopback import LoopbackServer

FUNCTION = "kube-events-index-events"

_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")

LOG_TAIL = 4096
"""Bytes of its log that Lambda hands over (API reference, Invoke, LogType)."""


class IndexFunctionServer(LoopbackServer):
    """Serves Invoke. `handler` does the work; what `answers` was given comes first."""

    def __init__(self) -> None:
        self.handler: Handler | None = None
        self.batches: list[list[dict[str, Any]]] = []
        """Records of every invocation."""
        self._answers: deque[Answer | None] = deque()
        super().__init__()

    def answers(self, *answers: Answer | None) -> None:
        """What to answer to the next invocations; None has the handler answer."""
        self._answers.extend(answers)

    def sent(self) -> list[str]:
        """Ids of all records that were sent, in their order."""
        return [record["eventID"] for batch in self.batches for record in batch]

    def data(self) -> list[bytes]:
        """Data of all records that were sent, in their order."""
        return [b64decode(record["kinesis"]["data"]) for batch in self.batches for record in batch]

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        """Invoke."""
        name = _PATH.fullmatch(unquote(request.path))
        if name is None or name[1].rpartition(":")[2] != FUNCTION:
            return refused(404, "ResourceNotFoundException", f"Function not found: {request.path}")
        event = json.loads(body)
        self.batches.append(event["Records"])
        if self._answers and (given := self._answers.popleft()) is not None:
            return given
        if self.handler is None:
            return answered([])
        log = io.StringIO()
        with redirect_stdout(log):
            said = self.handler(event, LambdaContext())
        return answered([each["itemIdentifier"] for each in said["batchItemFailures"]], log.getvalue())


def answered(failed: list[str], log: str = "") -> Answer:
    """A batch response, and the end of the log."""
    body = {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
    tail = b64encode(log.encode()[-LOG_TAIL:]).decode()
    return Answer(200, json.dumps(body).encode(), {"X-Amz-Log-Result": tail} if log else {})


def crashed(error_type: str, message: str) -> Answer:
    """The function failed."""
    body = {"errorType": error_type, "errorMessage": message}
    return Answer(200, json.dumps(body).encode(), {"X-Amz-Function-Error": "Unhandled"})


def refused(status: int, error_type: str, message: str) -> Answer:
    """Lambda did not invoke it."""
    return Answer(status, json.dumps({"Message": message}).encode(), {"X-Amzn-ErrorType": error_type})


@pytest.fixture
def index_function(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[IndexFunctionServer]:
    """Lambda, for everything that this process makes with boto3; the rest is in `aws`."""
    with IndexFunctionServer() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", server.url)
        yield server
