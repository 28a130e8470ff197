"""A way to the API server that can be spoilt: cut, stalled, slowed, closed. TCP on loopback, bytes unread."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from threading import Condition, Thread
from typing import Literal, Self

CHUNK = 16 * 1024
"""Bytes that are passed on at once: no more than this is on its way when the proxy stalls."""

SLICES_PER_SECOND = 20
"""How finely slowed bytes are spread over a second."""

CONNECT_SECONDS = 5.0

State = Literal["open", "stalled", "closed"]


class FaultProxy:
    """Listens on a port of its own, which it keeps through all faults. A context manager. Thread-safe.

    Faults hold for connections that are there and for new ones, until `heal`.
    """

    def __init__(self, port: int) -> None:
        """
        Args:
            port: of the server, on 127.0.0.1.
        """
        self._server = ("127.0.0.1", port)
        self._changed = Condition()
        self._state: State = "open"
        self._bytes_per_second: float | None = None
        self._until_cut: int | None = None
        self._links: set[_Link] = set()
        self._listener = _listen(0)
        self._address: tuple[str, int] = self._listener.getsockname()
        self.accepted = 0
        """Connections that ever came."""

    @property
    def url(self) -> str:
        """Where clients of an API server go."""
        return f"https://{self._address[0]}:{self._address[1]}"

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return self._address[1]

    def cut(self) -> int:
        """End all connections, wherever in a line they are. New ones are welcome. How many there were."""
        with self._changed:
            links = tuple(self._links)
            for link in links:
                link.cut()
            # Who waits for the end of a stall is told that there is nothing to wait for.
            self._changed.notify_all()
        return len(links)

    def cut_after(self, count: int) -> None:
        """Let the server say so many bytes more on all connections together, then `cut`."""
        with self._changed:
            self._until_cut = count

    def stall(self) -> None:
        """Accept, pass on nothing, keep everything open: what a broken path does."""
        self._enter("stalled")

    def freeze(self) -> int:
        """Stall the connections that are there, for good; new ones pass. How many there were.

        What a router does that forgot them: healing does not bring them back.
        """
        with self._changed:
            for link in self._links:
                link.frozen = True
            return len(self._links)

    def slow(self, bytes_per_second: float) -> None:
        """Pass on no more than this of what the server says, on each connection."""
        with self._changed:
            self._bytes_per_second = bytes_per_second

    def refuse(self) -> None:
        """Cut, and let nobody in."""
        self._enter("closed")
        _shut(self._listener)
        self._listener.close()
        self.cut()

    def heal(self) -> None:
        """No faults any more. What was stalled goes on."""
        with self._changed:
            was = self._state
            self._state = "open"
            self._bytes_per_second = None
            self._until_cut = None
            self._changed.notify_all()
        if was == "closed":
            self._listener = _listen(self.port)
            self._serve()

    def __enter__(self) -> Self:
        self._serve()
        return self

    def __exit__(self, *_error: object) -> None:
        self.refuse()

    def _enter(self, state: State) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()

    def _serve(self) -> None:
        Thread(target=self._accept, args=(self._listener,), name="proxy", daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self._changed:
                self.accepted += 1
            Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._server, CONNECT_SECONDS)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        link = _Link(client, server)
        with self._changed:
            self._links.add(link)
            if self._state == "closed":
                link.cut()
        back = Thread(target=self._pass_on, args=(link, server, client), daemon=True)
        back.start()
        self._pass_on(link, client, server)
        back.join()
        with self._changed:
            self._links.discard(link)
        link.close()

    def _pass_on(self, link: _Link, source: socket.socket, target: socket.socket) -> None:
        from_server = source is link.server
        with suppress(OSError):
            while data := source.recv(CHUNK):
                self._wait_while_stalled(link)
                if from_server:
                    data = self._up_to_the_cut(data)
                    self._pace(link, len(data))
                target.sendall(data)
                if from_server and self._is_cut_now():
                    self.cut()
        # The other direction may still have something to say.
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _wait_while_stalled(self, link: _Link) -> None:
        with self._changed:
            self._changed.wait_for(lambda: link.is_cut or not (link.frozen or self._state == "stalled"))

    def _up_to_the_cut(self, data: bytes) -> bytes:
        with self._changed:
            if self._until_cut is None:
                return data
            data = data[: self._until_cut]
            self._until_cut -= len(data)
            return data

    def _is_cut_now(self) -> bool:
        with self._changed:
            if self._until_cut != 0:
                return False
            self._until_cut = None
            return True

    def _pace(self, link: _Link, count: int) -> None:
        """Wait as long as so many bytes take."""
        with self._changed:
            while self._bytes_per_second and count > 0 and not link.is_cut:
                count -= max(1, int(self._bytes_per_second / SLICES_PER_SECOND))
                self._changed.wait(1 / SLICES_PER_SECOND)


class _Link:
    """A client's connection and ours to the server."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self.is_cut = False
        self.frozen = False

    def cut(self) -> None:
        """End both, from any thread; whoever waits in recv wakes up."""
        self.is_cut = True
        _shut(self.client)
        _shut(self.server)

    def close(self) -> None:
        """Give the sockets back."""
        self.server.close()
        if self.is_cut:
            _reset(self.client)
        self.client.close()


def _listen(port: int) -> socket.socket:
    # A server socket takes its own port again although old connections still linger.
    return socket.create_server(("127.0.0.1", port), backlog=64)


def _shut(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)


def _reset(each: socket.socket) -> None:
    """Close without a farewell, as a machine that forgot the connection."""
    with suppress(OSError):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    each.close()
