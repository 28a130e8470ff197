"""One endpoint for all tests of this folder, and servers that stand beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from uuid import uuid4

import boto3
import pytest

from sandbox.aws import AwsStandIn


@pytest.fixture(scope="session")
def stand_in() -> Iterator[AwsStandIn]:
    """A running endpoint. Tests use names of their own."""
    with AwsStandIn() as running:
        yield running


@pytest.fixture
def client(stand_in: AwsStandIn) -> Callable[[str], Any]:
    """`client("sqs")`."""
    return lambda service: boto3.client(service, **stand_in.client_settings)


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"test-{uuid4().hex[:12]}"


class Call(NamedTuple):
    """What a neighbour was asked."""

    path: str
    headers: dict[str, str]
    body: Any


class Neighbour:
    """A server beside the endpoint that answers everything in the same way."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = b"{}"
        neighbour = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                neighbour.calls.append(Call(self.path, dict(self.headers), json.loads(body)))
                self.send_response(neighbour.status)
                for header, value in {
                    **neighbour.headers,
                    "Content-Length": str(len(neighbour.body)),
                }.items():
                    self.send_header(header, value)
                self.end_headers()
                self.wfile.write(neighbour.body)

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Nothing: a test looks at the calls."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = Thread(target=self.server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        """Stop answering."""
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    """A server that a test connects to the endpoint."""
    server = Neighbour()
    yield server
    server.stop()
