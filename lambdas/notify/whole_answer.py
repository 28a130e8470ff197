"""Connections whose answers have to be there, to the last byte, by a deadline.

A socket's timeout bounds the silence between two bytes. A server that sends one byte every few seconds keeps
within it, and would hold the function for as long as it likes.
"""

from __future__ import annotations

import io
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from socket import socket

    from _typeshed import WriteableBuffer


class _UntilDeadline(io.RawIOBase):
    """What comes from a socket until its timeout, counted from now on, is used up."""

    def __init__(self, raw: io.RawIOBase, connection: socket) -> None:
        self._raw = raw
        self._socket = connection
        self._timeout = connection.gettimeout()
        self._deadline = None if self._timeout is None else time.monotonic() + self._timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        """As the socket's file has it; raises TimeoutError once the time is up."""
        if self._deadline is None:
            return self._raw.readinto(buffer)
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer was not whole in time")
        self._socket.settimeout(left)
        try:
            return self._raw.readinto(buffer)
        finally:
            self._socket.settimeout(self._timeout)  # the next request on this connection has its own time

    def close(self) -> None:
        """Close the socket's file too: the socket itself waits for that."""
        self._raw.close()
        super().close()


class _WholeAnswer(HTTPResponse):
    """An answer whose status, headers and body together have the time that urllib3 gives to one read."""

    def __init__(self, sock: socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_UntilDeadline(self.fp.detach(), sock))


class _Http(HTTPConnection):
    response_class = _WholeAnswer


class _Https(HTTPSConnection):
    response_class = _WholeAnswer


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


POOLS = {"http": _HttpPool, "https": _HttpsPool}
"""For `PoolManager.pool_classes_by_scheme`."""
