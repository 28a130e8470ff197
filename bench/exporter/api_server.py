"""`python -m bench.exporter.api_server`: an API server that costs next to nothing.

It serves events, a Lease and Pods, and is told on standard input what to write.
"""

from __future__ import annotations

import functools
import json
import select
import socket
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bench.exporter.pods import pod_list
from bench.exporter.rendered import FIRST_VERSION
from bench.exporter.written import Written
from sandbox.cluster.lease import ReplayedLease
from sandbox.lambda_service.loopback import Handler, LoopbackServer
from sandbox.orders import follow

FOR_EVER = 3600.0
"""Seconds of a watch that asks for no limit."""

IDLE = 0.2
"""Seconds after which a watch that has nothing to say looks at its time limit and its watcher."""


class ApiServer:
    """Serves on a free port of loopback from its creation until `close`."""

    def __init__(self) -> None:
        self.events = Written()
        self.lease = ReplayedLease()
        self.pods = pod_list()
        self.watching = 0
        """Watches of events that are open."""
        self.listed_at: float | None = None
        """Seconds since the epoch of the first list."""
        self._server = LoopbackServer(functools.partial(_Request, self))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self._server.address}"

    def state(self) -> dict[str, Any]:
        """What the runner waits for."""
        return {"watching": self.watching, "listed_at": self.listed_at}

    def close(self) -> None:
        """Take no more requests."""
        self.events.close()
        self._server.close()


class _Request(Handler):
    def __init__(self, server: ApiServer, *arguments: Any) -> None:
        self._api = server
        super().__init__(*arguments)

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        if url.path == self._api.lease.path:
            lease = self._api.lease.get()
            self.answer(lease.status, lease.body)
        elif url.path not in {"/api/v1/events", "/api/v1/pods"}:
            self._refuse(404, "NotFound")
        elif "sendInitialEvents" in query:
            # Streaming lists are for clients that then go back to listing.
            self._refuse(422, "Invalid")
        elif query.get("watch") in {"1", "true"}:
            self._watch(query, events=url.path.endswith("events"))
        elif url.path.endswith("pods"):
            self.answer(200, self._api.pods)
        else:
            self._list(query)

    def do_PUT(self) -> None:  # noqa: N802 - http.server's name
        written = self._api.lease.put(self.body())
        self.answer(written.status, written.body)

    def _refuse(self, status: int, reason: str) -> None:
        self.answer(status, json.dumps({"kind": "Status", "code": status, "reason": reason}).encode())

    def _list(self, query: dict[str, str]) -> None:
        if self._api.listed_at is None:
            self._api.listed_at = time.time()
        version, _, begin = query.get("continue", f"{self._api.events.version}:0").partition(":")
        objects = self._api.events.objects()
        end = int(begin) + int(query.get("limit", 0) or len(objects))
        continue_ = f"{version}:{end}" if end < len(objects) else ""
        metadata = json.dumps({"resourceVersion": version, "continue": continue_}).encode()
        items = b",".join(objects[int(begin) : end])
        self.answer(
            200, b'{"kind":"EventList","apiVersion":"v1","metadata":%b,"items":[%b]}' % (metadata, items)
        )

    def _watch(self, query: dict[str, str], *, events: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        self._api.watching += events
        try:
            position = int(query["resourceVersion"]) - FIRST_VERSION + 1
            seconds = float(query.get("timeoutSeconds", FOR_EVER))
            if self._stream(position if events else None, time.monotonic() + seconds):
                self.wfile.write(b"0\r\n\r\n")
            else:
                self.close_connection = True
        finally:
            self._api.watching -= events

    def _stream(self, position: int | None, deadline: float) -> bool:
        """Whether the watcher is still there at the end. Nothing happens to Pods, which have no position."""
        while not self._api.events.closing and time.monotonic() < deadline:
            chunks = b""
            if position is None:
                time.sleep(IDLE)
            else:
                chunks, position = self._api.events.after(position, IDLE)
            if chunks:
                self.connection.sendall(chunks)
            elif self._left():
                return False
        return True

    def _left(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)


def main() -> None:
    """Serve until standard input ends."""
    server = ApiServer()
    follow(
        {
            "url": lambda: server.url,
            "state": server.state,
            "prepare": server.events.prepare,
            "write": server.events.write,
            "write_steadily": server.events.write_steadily,
        }
    )
    server.close()


if __name__ == "__main__":
    main()
