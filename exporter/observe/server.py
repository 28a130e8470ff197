"""The HTTP server of /metrics, /livez and /readyz: few threads, and a client that is slow stops no other."""

from __future__ import annotations

import logging
import socket
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from threading import BoundedSemaphore, Lock, Thread
from typing import Any

from exporter.observe.pages import Page, Pages, text_page

logger = logging.getLogger(__name__)

MOST_CONNECTIONS = 8
"""At once. A kubelet and a Prometheus have one each, for milliseconds; a few are for people."""

CLIENT_SECONDS = 5.0
"""Silence after which a client is hung up on; also what the sending of an answer may take."""

SHUTDOWN_SECONDS = 0.1
"""How often the server looks whether it is to end."""


class CannotListen(Exception):
    """The address is taken, not ours, or its name does not resolve."""


class ProbeServer:
    """Answers GET and HEAD of a few pages, in threads of its own."""

    def __init__(self, listen: str, pages: Pages) -> None:
        """
        Args:
            listen: address and port, an IPv6 address in brackets. `[::]` takes IPv4 too; port 0 is any.
            pages: what there is.

        Raises:
            CannotListen: says why.
        """
        host, _, port = listen.rpartition(":")
        try:
            self._server = _Server(host.strip("[]"), int(port), pages)
        except OSError as error:
            raise CannotListen(f"cannot listen on {listen}: {error.strerror or error}") from error
        self._thread = Thread(
            target=self._server.serve_forever, args=(SHUTDOWN_SECONDS,), name="probes", daemon=True
        )

    @property
    def port(self) -> int:
        """The port that is listened on."""
        port: int = self._server.server_address[1]
        return port

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()
        logger.debug("listening", extra={"port": self.port})

    def stop(self) -> None:
        """End. Answers that are under way are not waited for."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()


class _Server(TCPServer):
    allow_reuse_address = True
    request_queue_size = 2 * MOST_CONNECTIONS

    def __init__(self, host: str, port: int, pages: Pages) -> None:
        self.pages = pages
        self._slots = BoundedSemaphore(MOST_CONNECTIONS)
        self._lock = Lock()
        self._connections: dict[socket.socket, None] = {}
        """Those that are being answered, the oldest first."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        self.address_family, _, _, _, address = found[0]
        super().__init__(address, _Handler)  # type: ignore[arg-type]

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6 and self.server_address[0] == "::":
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread. When there are too many, the oldest is hung up on: it is the slowest too."""
        if not self._slots.acquire(blocking=False):
            self._hang_up_on_the_oldest()
            self._slots.acquire()
        with self._lock:
            self._connections[request] = None
        Thread(target=self._answer, args=(request, client_address), name="probe", daemon=True).start()

    def _answer(self, request: socket.socket, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:
            # The client went away, was too slow, or was hung up on.
            pass
        finally:
            with self._lock:
                self._connections.pop(request, None)
            self.shutdown_request(request)
            self._slots.release()

    def _hang_up_on_the_oldest(self) -> None:
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
                return

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The parent prints to standard error."""
        logger.error("a request is not answered", exc_info=sys.exc_info())


class _Handler(BaseHTTPRequestHandler):
    """One request. The connection is closed after it (HTTP/1.0), so no thread waits for another."""

    server: _Server
    timeout = CLIENT_SECONDS

    def do_GET(self) -> None:
        self._send(self._page())

    def do_HEAD(self) -> None:
        self._send(self._page(), with_body=False)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """In plain text, and without repeating what the client said."""
        if code == HTTPStatus.NOT_IMPLEMENTED:
            # So the parent calls any method that it has no function for.
            self._send(text_page(HTTPStatus.METHOD_NOT_ALLOWED, "there are GET and HEAD"), Allow="GET, HEAD")
        else:
            self._send(text_page(HTTPStatus(code), HTTPStatus(code).phrase))

    def _page(self) -> Page:
        path = self.path.partition("?")[0]
        page = self.server.pages.get(path)
        if page is None:
            return text_page(HTTPStatus.NOT_FOUND, f"there are {', '.join(sorted(self.server.pages))}")
        return page()

    def _send(self, page: Page, *, with_body: bool = True, **headers: str) -> None:
        self.send_response(page.status)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(page.body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(page.body)

    def version_string(self) -> str:
        """Not the versions of Python and its server."""
        return "kube-events-exporter"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Nothing: a line for each probe is noise, and a client must not write into our log."""
