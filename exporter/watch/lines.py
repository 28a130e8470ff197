"""Lines out of the pieces that a connection delivers: halves, many in one, and lines of megabytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

MAX_LINE_BYTES = 16 * 1024 * 1024
"""etcd takes requests of 1.5 MiB, and JSON may spell a byte in six: more than this is no object of a
cluster."""


class TooLong(NamedTuple):
    """In the place of a line over the limit, which was read to its end and not kept."""

    size: int


def whole_lines(pieces: Iterable[bytes], limit: int = MAX_LINE_BYTES) -> Iterator[bytes | TooLong]:
    """Whole lines, as many together as have arrived together, each with its newline.

    What follows the last newline is half a line of a connection that broke. It is left out: the watch
    resumes at the version before it, so the server sends it again.

    Args:
        pieces: of the stream, each shorter than `limit`.
        limit: bytes of a line.
    """
    parts: list[bytes] = []
    size = 0
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if end:
            first = piece.find(b"\n")
            if size + first > limit:
                yield TooLong(size + first)
                whole = piece[first + 1 : end]
            else:
                whole = b"".join((*parts, piece[:end]))
            if whole:
                yield whole
            parts, size = [], 0
        rest = piece[end:]
        size += len(rest)
        if size > limit:
            parts = []
        elif rest:
            parts.append(rest)
