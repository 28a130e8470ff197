"""An AWS endpoint that speaks Kinesis' and EventBridge's JSON protocol and fails as a test tells it."""

from __future__ import annotations

import json
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from threading import Condition, Event
from typing import Any, Literal, NamedTuple

import pytest

from exporter.counts import Counts
from exporter.observe.pulse import Pulse
from exporter.ship.buffer import Buffer
from exporter.ship.event_bridge import EventBridgeSink
from exporter.ship.kinesis import KinesisSink
from exporter.ship.record import Record
from exporter.ship.sender import Sender
from exporter.ship.sink import Sink
from tests.fixtures.on_loopback import OnLoopback

REGION = "eu-west-1"


class Refusal(NamedTuple):
    """A whole call is refused."""

    code: str
    status: int = 400
    message: str = "made up"


Behaviour = Refusal | Literal["cut", "nonsense"] | Callable[[str], str | None]
"""Per call: refused, cut off, answered with nonsense, or a function from each record's data to its error
code (None: accepted)."""


class StreamEndpoint(OnLoopback):
    """Accepts records, after the behaviours that were asked for."""

    def __init__(self) -> None:
        self.accepted: list[str] = []
        self.calls: list[list[str]] = []
        """The data of the records of each call."""
        self.behaviours: deque[Behaviour] = deque()
        self.always: Behaviour = lambda _data: None
        """What happens when there is no behaviour left."""
        self.invalid: set[str] = set()
        """Data that makes a call invalid."""
        self.invalid_text: str | None = None
        """Part of data that does."""
        self.let_go = Event()
        """Calls wait for it."""
        self.let_go.set()
        self._changed = Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer._answer(self)

            def log_message(self, *_args: Any) -> None:
                pass

        super().__init__(Handler)

    def __exit__(self, *_error: object) -> None:
        self.let_go.set()
        super().__exit__(*_error)

    def wait_until(self, condition: Callable[[], bool], timeout: float = 60.0) -> bool:
        """Wait for something that calls or accepted records bring about."""
        with self._changed:
            return self._changed.wait_for(condition, timeout)

    def observations(self) -> set[tuple[str, str]]:
        """(uid, resourceVersion) of everything that was accepted."""
        records = map(json.loads, self.accepted)
        metadata = [each["metadata"] for each in records if each["record"] == "event"]
        return {(each["uid"], each["resourceVersion"]) for each in metadata}

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        operation = request.headers["X-Amz-Target"].rpartition(".")[2]
        if operation == "PutRecords":
            data = [b64decode(entry["Data"]).decode() for entry in body["Records"]]
        else:
            data = [entry["Detail"] for entry in body.get("Entries", ())]
        with self._changed:
            self.calls.append(data)
            self._changed.notify_all()
        self.let_go.wait()
        behaviour = self.behaviours.popleft() if self.behaviours else self.always
        suspicious = self.invalid_text is not None and any(self.invalid_text in each for each in data)
        if suspicious or self.invalid.intersection(data):
            behaviour = Refusal("ValidationException")
        if behaviour == "cut":
            request.close_connection = True
        elif behaviour == "nonsense":
            _send(request, 200, {})
        elif isinstance(behaviour, Refusal):
            _send(request, behaviour.status, {"__type": behaviour.code, "message": behaviour.message})
        else:
            codes = [behaviour(each) for each in data]
            with self._changed:
                self.accepted += [each for each, code in zip(data, codes, strict=True) if code is None]
                self._changed.notify_all()
            _send(request, 200, _results(operation, codes))


def _results(operation: str, codes: list[str | None]) -> dict[str, Any]:
    failed = sum(code is not None for code in codes)
    failure = [{"ErrorCode": code, "ErrorMessage": "made up"} if code else {} for code in codes]
    if operation == "PutRecords":
        success = {"SequenceNumber": "1", "ShardId": "shardId-000000000000"}
        return {"FailedRecordCount": failed, "Records": [each or success for each in failure]}
    return {"FailedEntryCount": failed, "Entries": [each or {"EventId": "1"} for each in failure]}


def _send(request: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
    data = json.dumps(body).encode()
    request.send_response(status)
    request.send_header("Content-Type", "application/x-amz-json-1.1")
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)


class Shipping:
    """A sender in front of a sink; `send` returns when every record is settled."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.counts = Counts()
        self.time = 0.0
        self.pulse = Pulse(lambda: self.time)
        self.leads: Callable[[], bool] = lambda: True
        self.pauses: list[float] = []
        self.on_pause: Callable[[], None] = lambda: None

    def send(self, *records: Record) -> None:
        buffer = self.buffer(*records)
        self.run(buffer)
        assert buffer.held_records == 0

    def buffer(self, *records: Record) -> Buffer:
        """A buffer that holds these records and takes no others."""
        buffer = Buffer(1 << 30, self.sink.limits, self.sink.size_of, linger=0)
        buffer.put(records)
        buffer.close()
        return buffer

    def run(self, buffer: Buffer) -> None:
        """Send what a buffer holds."""
        Sender(buffer, self.sink, self.counts, self.pulse, leads=self.leads, pause=self._pause).run()

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.on_pause()


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[StreamEndpoint]:
    """The endpoint that boto3 talks to in this test."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "invented")
    with StreamEndpoint() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


@pytest.fixture(params=["kinesis", "eventbridge"])
def shipping(request: pytest.FixtureRequest, endpoint: StreamEndpoint) -> Shipping:
    """A sender to the endpoint, by either service."""
    assert endpoint.url
    kinds: dict[str, Callable[[str, str], Sink]] = {"kinesis": KinesisSink, "eventbridge": EventBridgeSink}
    return Shipping(kinds[request.param]("kube-events", REGION))


def record(data: str) -> Record:
    """A record of any text."""
    return Record(f"demo:{data[:20]}:1", f"demo/{data[:20]}", data.encode())
