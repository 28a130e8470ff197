"""The endpoint itself: as much HTTP as the SDKs of AWS speak, and the answers of three operations."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock, Thread, Timer
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from sandbox.kinesis_endpoint.faults import THROTTLED, Faults, Throttle
from sandbox.kinesis_endpoint.interception import impersonation
from sandbox.kinesis_endpoint.ledger import Call, Ledger

_ACCEPTED = json.dumps(
    {
        "SequenceNumber": "49590338271490256608559692538361571095921575989136588898",
        "ShardId": "shardId-000000000000",
    }
)
"""As long as a real one: reading 500 of them is part of what a call costs."""

_REFUSED = json.dumps(
    {"ErrorCode": THROTTLED, "ErrorMessage": "Rate exceeded for shard shardId-000000000000"}
)

_SUMMARY = json.dumps(
    {"StreamDescriptionSummary": {"StreamName": "bench", "StreamStatus": "ACTIVE", "OpenShardCount": 1}}
)


class KinesisEndpoint:
    """Takes records on a free port of loopback; a context manager."""

    def __init__(self, faults: Faults = Faults(), *, now: Callable[[], float] = time.time) -> None:  # noqa: B008
        """
        Args:
            faults: how it behaves, until `behave` changes that.
            now: seconds since the epoch.
        """
        self.ledger = Ledger()
        self._now = now
        self._connections: set[socket.socket] = set()
        self._lock = Lock()
        self._closed = False
        self._tls: ssl.SSLContext | None = None
        self._back: Timer | None = None
        self._listener = _listen(0)
        self._address: tuple[str, int] = self._listener.getsockname()
        self.behave(faults)
        self._serve(self._listener)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        if self._back is not None:
            self._back.cancel()
        self._cut()

    @property
    def url(self) -> str:
        """For AWS_ENDPOINT_URL."""
        return f"http://{self._address[0]}:{self._address[1]}"

    def behave(self, faults: Faults) -> None:
        """Behave like this from the next call on."""
        self._faults = faults
        self._throttle = Throttle(faults)

    def impersonate(self, host: str, folder: Path) -> Path:
        """Let clients use this endpoint as their HTTPS proxy, and be `host` to them. Returns the certificate
        that they have to trust, which is written to `folder`."""
        self._tls, bundle = impersonation(host, folder)
        return bundle

    def go_down(self, seconds: float) -> None:
        """Cut all connections and refuse new ones for so long."""
        self._cut()
        self._back = Timer(seconds, self._come_back)
        self._back.daemon = True
        self._back.start()

    def _come_back(self) -> None:
        if not self._closed:
            self._listener = _listen(self._address[1])
            self._serve(self._listener)

    def _cut(self) -> None:
        with self._lock:
            sockets = [self._listener, *self._connections]
        for each in sockets:
            # OSError: the other side was faster.
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _serve(self, listener: socket.socket) -> None:
        Thread(target=self._accept, args=(listener,), name="kinesis-endpoint", daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # closed, for a while or for good
            Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # OSError, ValueError: cut, by either side.
        with contextlib.suppress(OSError, ValueError), self._open(connection):
            self._answer_all(connection)

    @contextlib.contextmanager
    def _open(self, connection: socket.socket) -> Iterator[None]:
        """A connection that is cut when the endpoint goes down."""
        with self._lock:
            self._connections.add(connection)
        try:
            with connection:
                yield
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _answer_all(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as reader:
            while (request := _read_request(reader)) is not None:
                if request.method == "CONNECT" and self._tls is not None:
                    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    encrypted = self._tls.wrap_socket(connection, server_side=True)
                    with self._open(encrypted):
                        self._answer_all(encrypted)
                    return
                connection.sendall(_http(self._answer(request.operation, request.body)))

    def _answer(self, operation: str, body: bytes) -> str:
        if operation == "DescribeStreamSummary":
            return _SUMMARY
        single = operation == "PutRecord"
        # A quotation mark in a partition key is escaped, and Base64 has none.
        records = 1 if single else body.count(b'"Data":')
        refused = self._throttle.refused(records)
        if self._faults.latency:
            time.sleep(self._faults.latency)
        self.ledger.add(Call(self._now(), body, refused), records - len(refused))
        if not single:
            return _results(records, refused)
        return _ACCEPTED if not refused else json.dumps({"__type": THROTTLED, "message": "Rate exceeded"})


@lru_cache(maxsize=16)
def _results(records: int, refused: frozenset[int]) -> str:
    results = ",".join(_REFUSED if at in refused else _ACCEPTED for at in range(records))
    return f'{{"EncryptionType":"NONE","FailedRecordCount":{len(refused)},"Records":[{results}]}}'


class _Request(NamedTuple):
    method: str
    operation: str
    body: bytes


def _read_request(reader: BinaryIO) -> _Request | None:
    """None when the client has no more."""
    first = reader.readline()
    if not first:
        return None
    headers = _headers(reader)
    length = int(headers.get("content-length", "0"))
    body = reader.read(length)
    if len(body) < length:
        return None
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    return _Request(first.decode("latin-1").partition(" ")[0], operation, body)


def _headers(reader: BinaryIO) -> Mapping[str, str]:
    headers = {}
    while (line := reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    return headers


def _http(body: str) -> bytes:
    status = "400 Bad Request" if body.startswith('{"__type"') else "200 OK"
    headers = f"Content-Type: application/x-amz-json-1.1\r\nContent-Length: {len(body)}\r\n"
    return f"HTTP/1.1 {status}\r\n{headers}\r\n{body}".encode()


def _listen(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port), backlog=64)
