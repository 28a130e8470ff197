"""A port in an outage: nobody answers there, and nobody else gets it."""

from __future__ import annotations

import socket
import sys

import pytest

from sandbox.opensearch.port import HeldPort


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_a_held_port_refuses_connections_and_is_given_to_nobody() -> None:
    port = free_port()
    with HeldPort(port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)
        with socket.socket() as other, pytest.raises(OSError, match="Address already in use"):
            other.bind(("127.0.0.1", port))
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the port is free while the node starts")
def test_a_node_takes_the_port_while_it_is_held() -> None:
    port = free_port()
    with HeldPort(port) as held, socket.socket() as node:
        held.before_the_start()
        node.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        node.bind(("127.0.0.1", port))
        node.listen()
        held.release()
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
