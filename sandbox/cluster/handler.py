"""One request to the replaying API server: authentication, lists in pages, watches, the Lease."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.cluster import answers
from sandbox.cluster.pages import AS_IT_IS_NOW, ContinueToken, list_page
from sandbox.cluster.resource import ReplayedResource

if TYPE_CHECKING:
    from sandbox.cluster.server import ReplayServer

DEFAULT_TIMEOUT_SECONDS = 1800
"""--min-request-timeout of the API server: how long a watch lasts that asks for no limit."""

PATIENCE = 0.1
"""Seconds between two looks at whether the watcher is still there."""

LEASES = "/apis/coordination.k8s.io/v1/namespaces/"
ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class RequestHandler(BaseHTTPRequestHandler):
    """`/version`, `/api/v1/events`, `/api/v1/pods`, one Lease, and reviews of what one may do, as the API
    server answers them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, replay: ReplayServer, *args: Any) -> None:
        self._replay = replay
        super().__init__(*args)

    def do_GET(self) -> None:
        """Answer one request."""
        self._admit(self._get)

    def do_PUT(self) -> None:
        """Answer one request."""
        self._admit(self._put)

    def do_POST(self) -> None:
        """Answer one request."""
        self._admit(self._post)

    def _admit(self, respond: Callable[[str, bytes], None]) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") == f"Bearer {self._replay.token}":
            respond(urlsplit(self.path).path, body)
        else:
            self._answer(answers.UNAUTHORIZED)

    def _get(self, path: str, _body: bytes) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        resource = self._replay.resources.get(path)
        if path == "/version":
            self._answer(answers.VERSION)
        elif path == self._replay.lease.path:
            self._answer(self._replay.lease.get())
        elif resource is None:
            self._answer(_missing(path))
        elif query.get("watch") in {"1", "true"}:
            self._watch(resource, query)
        else:
            self._list(resource, query)

    def _put(self, path: str, body: bytes) -> None:
        lease = self._replay.lease
        self._answer(lease.put(body) if path == lease.path else _missing(path))

    def _post(self, path: str, body: bytes) -> None:
        if path != ACCESS_REVIEWS:
            self._answer(_missing(path))
            return
        try:
            self._answer(answers.allowed({**json.loads(body)}))
        except (ValueError, TypeError):
            self._answer(answers.BAD_BODY)

    def _list(self, resource: ReplayedResource, query: dict[str, str]) -> None:
        newest = resource.version
        version = query.get("resourceVersion") or "0"
        if not version.isdecimal():
            self._answer(answers.bad_version(version))
        elif int(version) > newest:
            self._answer(answers.version_too_large(int(version), newest))
        elif "continue" in query:
            self._next_page(resource, query)
        else:
            self._page(resource, ContinueToken(newest, ""), query)

    def _next_page(self, resource: ReplayedResource, query: dict[str, str]) -> None:
        token = ContinueToken.parse(query["continue"])
        if token is None:
            self._answer(answers.BAD_CONTINUE)
        elif resource.continue_expires():
            self._answer(answers.continue_expired(ContinueToken(AS_IT_IS_NOW, token.start).encode()))
        elif token.version == AS_IT_IS_NOW:
            self._page(resource, ContinueToken(resource.version, token.start), query)
        else:
            self._page(resource, token, query)

    def _page(self, resource: ReplayedResource, token: ContinueToken, query: dict[str, str]) -> None:
        self._answer(list_page(resource.kind, resource.recording, token, int(query.get("limit", 0))))

    def _watch(self, resource: ReplayedResource, query: dict[str, str]) -> None:
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
        if self._stream(resource, int(version), time.monotonic() + seconds):
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.close_connection = True

    def _stream(self, resource: ReplayedResource, version: int, deadline: float) -> bool:
        """Serve lines newer than `version` until `deadline`. True if the watch is to be ended in order."""
        passes = resource.passes
        if version < resource.compacted:
            self._write_line(answers.WATCH_GONE)
            return True
        if version > resource.version:
            return self._keep_silent(deadline)
        index = resource.recording.position_after(version)
        while not self._replay.closing and time.monotonic() < deadline:
            if resource.passes != passes or resource.happens_now("gone", index):
                self._write_line(answers.WATCH_GONE)
                return True
            if resource.happens_now("close", index):
                return True
            due = resource.clock.may_serve(index, PATIENCE)
            if self._client_left():
                return False
            if due:
                self._write_line(resource.recording.lines[index].raw)
                resource.clock.served(index)
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


def _missing(path: str) -> answers.Answer:
    if path.startswith(LEASES):
        return answers.no_such_object("leases.coordination.k8s.io", path.rpartition("/")[2])
    return answers.not_found(path)
