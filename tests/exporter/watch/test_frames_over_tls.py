"""Over TLS, as every real API server speaks it, each line is a record of its own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
import urllib3

from exporter.watch.errors import Unreachable
from exporter.watch.frames import arriving
from sandbox.control_plane.pki import Pki

LINES = [b'{"line": %d}\n' % number for number in range(200)]


class TlsServer:
    """Answers one request with a line per record. What comes after the first line waits for `go_on`."""

    def __init__(self, pki: Pki, *, ends: bool) -> None:
        self.go_on = Event()
        self.written = Event()
        self.let_go = Event()
        self._ends = ends
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pki.server, pki.server_key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        for event in (self.go_on, self.let_go):
            event.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        plain, _ = self._listener.accept()
        with self._context.wrap_socket(plain, server_side=True) as connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for number, line in enumerate(LINES):
                connection.sendall(b"%x\r\n%b\r\n" % (len(line), line))
                if number == 0:
                    self.go_on.wait()
            if self._ends:
                connection.sendall(b"0\r\n\r\n")
            self.written.set()
            self.let_go.wait()


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    made = Pki(tmp_path / "pki")
    made.make()
    return made


def _watch(server: TlsServer, pki: Pki) -> Iterator[bytes]:
    with urllib3.PoolManager(ca_certs=str(pki.ca), retries=False, timeout=30) as http:
        answer = http.request("GET", server.url, preload_content=False)
        with closing(answer):
            yield from arriving(answer)


def test_what_has_arrived_comes_at_once_and_not_record_by_record(pki: Pki) -> None:
    with closing(TlsServer(pki, ends=True)) as server:
        pieces = _watch(server, pki)
        # GIVEN a first line, which nobody waits to give on
        assert next(pieces) == LINES[0]
        # WHEN a burst has arrived
        server.go_on.set()
        assert server.written.wait(30)
        rest = list(pieces)
    # THEN
    assert b"".join(rest) == b"".join(LINES[1:])
    assert len(rest) <= 3


def test_a_connection_that_ends_in_the_middle_gives_what_has_arrived_and_says_so(pki: Pki) -> None:
    with closing(TlsServer(pki, ends=False)) as server:
        pieces = _watch(server, pki)
        server.go_on.set()
        server.let_go.set()
        got: list[bytes] = []
        with pytest.raises(Unreachable):
            got.extend(pieces)
    assert b"".join(got) == b"".join(LINES)
