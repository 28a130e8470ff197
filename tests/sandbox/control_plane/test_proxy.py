"""The proxy does to connections what networks do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import pytest

from sandbox.control_plane.proxy import FaultProxy

LINE = b"0123456789abcdef\n"


class Server:
    """Answers each byte that it is sent with a line."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._connections: list[socket.socket] = []
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with closing(connection):
            while asked := connection.recv(1024):
                connection.sendall(LINE * len(asked))


class Client:
    """A connection with a time limit."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10)

    def ask(self, lines: int) -> None:
        self._socket.sendall(b"?" * lines)

    def read(self, count: int) -> bytes:
        """So many bytes, or fewer if the connection ends."""
        read = b""
        while len(read) < count:
            try:
                data = self._socket.recv(count - len(read))
            except ConnectionResetError:
                return read
            if not data:
                return read
            read += data
        return read

    def hears_nothing(self, seconds: float) -> bool:
        """Whether nothing comes, and the connection stays."""
        self._socket.settimeout(seconds)
        try:
            self._socket.recv(1)
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(10)
        return False

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    with closing(Server()) as server, FaultProxy(server.port) as between:
        yield between


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[Client]:
    with closing(Client(proxy.port)) as each:
        yield each


def test_without_a_fault_everything_passes(client: Client) -> None:
    client.ask(1000)
    assert client.read(1000 * len(LINE)) == LINE * 1000


def test_a_cut_ends_what_is_there_and_lets_in_what_comes(proxy: FaultProxy, client: Client) -> None:
    client.ask(1)
    client.read(len(LINE))
    # WHEN
    assert proxy.cut() == 1
    # THEN
    assert client.read(1) == b""
    with closing(Client(proxy.port)) as another:
        another.ask(1)
        assert another.read(len(LINE)) == LINE


def test_a_cut_may_come_within_a_line(proxy: FaultProxy, client: Client) -> None:
    proxy.cut_after(len(LINE) + 4)
    client.ask(3)
    assert client.read(3 * len(LINE)) == LINE + LINE[:4]
    # AND only once
    with closing(Client(proxy.port)) as another:
        another.ask(2)
        assert another.read(2 * len(LINE)) == LINE * 2


def test_while_it_stalls_connections_stay_and_nothing_comes(proxy: FaultProxy, client: Client) -> None:
    proxy.stall()
    client.ask(1)
    with closing(Client(proxy.port)) as another:
        another.ask(1)
        assert client.hears_nothing(0.2)
        assert another.hears_nothing(0.2)
        # AND afterwards nothing is missing
        proxy.heal()
        assert client.read(len(LINE)) == LINE
        assert another.read(len(LINE)) == LINE


def test_a_frozen_connection_stays_so_and_a_new_one_passes(proxy: FaultProxy, client: Client) -> None:
    client.ask(1)
    client.read(len(LINE))
    assert proxy.freeze() == 1
    client.ask(1)
    with closing(Client(proxy.port)) as another:
        another.ask(1)
        assert another.read(len(LINE)) == LINE
    proxy.heal()
    assert client.hears_nothing(0.1)


def test_what_is_stalled_can_be_cut(proxy: FaultProxy, client: Client) -> None:
    client.ask(1)
    client.read(len(LINE))
    proxy.stall()
    proxy.cut()
    assert client.read(1) == b""


def test_a_slow_way_delivers_everything_in_small_pieces(proxy: FaultProxy, client: Client) -> None:
    proxy.slow(10 * len(LINE))
    client.ask(1)
    assert client.read(len(LINE)) == LINE
    # AND healing ends the waiting for what is on its way: at this pace it would take hours
    client.ask(100)
    proxy.heal()
    assert client.read(100 * len(LINE)) == LINE * 100


def test_a_closed_way_refuses_and_opens_again_at_the_same_port(proxy: FaultProxy, client: Client) -> None:
    client.ask(1)
    client.read(len(LINE))
    # WHEN
    proxy.refuse()
    # THEN
    assert client.read(1) == b""
    with pytest.raises(ConnectionRefusedError):
        Client(proxy.port)
    # WHEN
    proxy.heal()
    # THEN
    with closing(Client(proxy.port)) as another:
        another.ask(1)
        assert another.read(len(LINE)) == LINE


def test_a_server_that_is_not_there_is_a_connection_that_ends() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with FaultProxy(unused.getsockname()[1]) as between, closing(Client(between.port)) as client:
            assert client.read(1) == b""
