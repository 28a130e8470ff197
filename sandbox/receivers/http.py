"""Between Python's HTTP server and the receivers' view of a request."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from sandbox.receivers.request import Reply, Request

MAX_REQUEST = 8 * 1024 * 1024
"""Bytes. More than any channel takes; a length that is longer is a mistake."""


def handler_for(answer: Callable[[str, Request], Reply]) -> type[BaseHTTPRequestHandler]:
    """A handler class that has `answer` judge every request, given its path."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # chats keep connections open, so the client's pool is tested as well

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length > MAX_REQUEST:
                self.close_connection = True
                self._send(Reply(413, b""))
                return
            parts = urlsplit(self.path)
            request = Request(
                method=self.command,
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                content_type=self.headers.get("Content-Type", ""),
                body=self.rfile.read(length),
            )
            self._send(answer(parts.path, request))

        def _send(self, reply: Reply) -> None:
            if reply.status == 0:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            """Say nothing: the path holds tokens."""

    return Handler
