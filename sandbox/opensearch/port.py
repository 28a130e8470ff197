"""A port that stays a node's while the node is away."""

from __future__ import annotations

import socket
import sys
from types import TracebackType
from typing import Self


class HeldPort:
    """A port of loopback that refuses connections and that nobody else is given.

    The system chose it from those that clients call from, too, so it would be given away during an outage;
    a client that tries again and again may even reach itself there. On Linux two sockets may be bound to one
    port if both allow it (the node's does, `http.tcp.reuse_address`) and neither listens: so it is held until
    the node is back. Elsewhere it is free for the seconds of the start.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))

    def before_the_start(self) -> None:
        """The node is about to be started."""
        if sys.platform != "linux":
            self.release()

    def release(self) -> None:
        """The node has it again, or never will; may be called more than once."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
