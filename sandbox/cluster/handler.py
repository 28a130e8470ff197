"""One request to the replaying API server: authentication, lists in pages, watches."""

from __future__ import annotations

import select
import socket
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.cluster import answers
from sandbox.cluster.pages import ContinueToken, list_page

if TYPE_CHECKING:
    from sandbox.cluster.server import ReplayServer

DEFAULT_TIMEOUT_SECONDS = 1800
"""--min-request-timeout of the API server: how long a watch lasts that asks for no limit."""

PATIENCE = 0.1
"""Seconds between two looks at whether the watcher is still there."""


class EventsHandler(BaseHTTPRequestHandler):
    """`/version` and `/api/v1/events`, as the API server answers them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, replay: ReplayServer, *args: Any) -> None:
        self._replay = replay
        super().__init__(*args)

    def do_GET(self) -> None:
        """Answer one request."""
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        if self.headers.get("Authorization") != f"Bearer {self._replay.token}":
            self._answer(answers.UNAUTHORIZED)
        elif url.path == "/version":
            self._answer(answers.VERSION)
        elif url.path != "/api/v1/events":
            self._answer(answers.not_found(url.path))
        elif query.get("watch") in {"1", "true"}:
            self._watch(query)
        else:
            self._list(query)

    def _list(self, query: dict[str, str]) -> None:
        recording = self._replay.recording
        newest = recording.version_at(self._replay.position)
        version = query.get("resourceVersion") or "0"
        if not version.isdecimal():
            self._answer(answers.bad_version(version))
        elif int(version) > newest:
            self._answer(answers.version_too_large(int(version), newest))
        elif "continue" in query:
            self._next_page(query)
        else:
            self._answer(list_page(recording, ContinueToken(newest, ""), int(query.get("limit", 0))))

    def _next_page(self, query: dict[str, str]) -> None:
        token = ContinueToken.parse(query["continue"])
        if token is None:
            self._answer(answers.BAD_CONTINUE)
        elif self._replay.continue_expires():
            self._answer(answers.CONTINUE_EXPIRED)
        else:
            self._answer(list_page(self._replay.recording, token, int(query.get("limit", 0))))

    def _watch(self, query: dict[str, str]) -> None:
        version = query.get("resourceVersion", "")
        if not version.isdecimal():
            self._answer(answers.bad_version(version))
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        # Like the API server, which sends the head before there is anything to tell.
        self.wfile.flush()
        seconds = float(query.get("timeoutSeconds") or DEFAULT_TIMEOUT_SECONDS)
        if self._stream(int(version), time.monotonic() + seconds):
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.close_connection = True

    def _stream(self, version: int, deadline: float) -> bool:
        """Serve lines newer than `version` until `deadline`. True if the watch is to be ended in order."""
        replay = self._replay
        passes = replay.passes
        if version < replay.compacted:
            self._write_line(answers.WATCH_GONE)
            return True
        if version > replay.recording.version_at(replay.position):
            return self._keep_silent(deadline)
        index = replay.recording.position_after(version)
        while not replay.closing and time.monotonic() < deadline:
            if replay.passes != passes or replay.happens_now("gone", index):
                self._write_line(answers.WATCH_GONE)
                return True
            if replay.happens_now("close", index):
                return True
            due = replay.clock.may_serve(index, PATIENCE)
            if self._client_left():
                return False
            if due:
                self._write_line(replay.recording.lines[index].raw)
                replay.clock.served(index)
                index += 1
        return time.monotonic() >= deadline

    def _keep_silent(self, deadline: float) -> bool:
        """A version from the future: nothing, and no error, until the time is over."""
        while not self._replay.closing and not self._client_left():
            if time.monotonic() >= deadline:
                return True
            time.sleep(PATIENCE)
        return False

    def _client_left(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

    def _write_line(self, line: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(line), line))

    def _answer(self, answer: answers.Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: the exporter's log is the one to read."""
