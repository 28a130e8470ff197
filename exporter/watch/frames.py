"""What arrives on a watch, as much at once as the connection has.

The API server writes each line as an HTTP chunk of its own, and http.client gives chunks one by one: in a
burst that would be a round of calls per event. So the frames are taken off here, many at a time. Over TLS
each line is a record of its own as well, and a read gives one record: so it is read on while there is more.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from io import BufferedReader

from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from exporter.watch.errors import Unreachable

READ_BYTES = 128 * 1024
"""Asked of the connection at once: some hundred events. It gives what has arrived, so this adds no delay."""

MAX_SIZE_LINE = 256
"""Bytes before a chunk that say how long it is: eight digits in practice."""


def arriving(response: BaseHTTPResponse) -> Iterator[bytes]:
    """The body of an answer that is still unread, piece by piece until it ends in order.

    Raises:
        Unreachable: it was cut, or silent for longer than the answer's read timeout.
    """
    try:
        yield from (_framed(response) if getattr(response, "chunked", False) else _plain(response))
    except (TimeoutError, ReadTimeoutError) as error:
        raise Unreachable("the watch was silent beyond the time after which the server ends it") from error
    except (HTTPError, OSError, ValueError) as error:
        # ValueError: what says the size of a chunk is no number, or the connection was closed by `interrupt`.
        raise Unreachable(f"the watch was cut: {type(error).__name__}") from error


def _plain(response: BaseHTTPResponse) -> Iterator[bytes]:
    while piece := response.read1(READ_BYTES):
        yield piece


def _framed(response: BaseHTTPResponse) -> Iterator[bytes]:
    # urllib3 has no public way to the connection's own buffer. What it would add here is decompression, and
    # nothing compressed was asked for.
    connection = response._fp.fp  # type: ignore[attr-defined]
    yield from unframed(_pieces(connection, connection.raw._sock))


def _pieces(connection: BufferedReader, below: socket.socket) -> Iterator[bytes]:
    """What has arrived, until the connection ends. `read1` leaves nothing in the buffer, so that one may go
    on with the socket below it."""
    while piece := connection.read1(READ_BYTES):
        yield piece + _arrived(below, READ_BYTES - len(piece))


def _arrived(connection: socket.socket, at_most: int) -> bytes:
    """What can be read without waiting, up to about so much."""
    pieces = []
    patience = connection.gettimeout()
    connection.settimeout(0)
    try:
        while at_most > 0 and (piece := connection.recv(at_most)):
            pieces.append(piece)
            at_most -= len(piece)
    except OSError:
        # There is no more yet (BlockingIOError, SSLWantReadError), or never: then the next read says so.
        pass
    finally:
        connection.settimeout(patience)
    return b"".join(pieces)


def unframed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The content of HTTP/1.1 chunks (RFC 9112, section 7.1), however the stream is cut into pieces.

    Raises:
        ConnectionError: the stream ended before the chunk that ends it.
        ValueError: a chunk does not say how long it is.
    """
    left, before_size, kept = 0, 0, b""
    for piece in pieces:
        data, kept = (kept + piece if kept else piece), b""
        contents = []
        at = 0
        while at < len(data):
            if left:
                content = data[at : at + left]
                contents.append(content)
                at += len(content)
                left -= len(content)
                continue
            end = data.find(b"\r\n", at + before_size)
            if end < 0:
                kept = data[at:]
                break
            left = int(data[at + before_size : end].partition(b";")[0], 16)
            # From now on, the line break that ends a chunk comes before the size of the next one.
            at, before_size = end + 2, 2
            if not left:
                if contents:
                    yield b"".join(contents)
                return
        if len(kept) > MAX_SIZE_LINE:
            raise ValueError("a chunk does not say how long it is")
        if contents:
            yield b"".join(contents)
    raise ConnectionError("the stream ended in its middle")
