"""Sorts more lines than fit into memory: runs in temporary files, then all of them merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from operator import itemgetter
from struct import Struct
from tempfile import TemporaryFile
from typing import IO

IN_MEMORY = 64 * 1024 * 1024
"""Bytes of lines that are held at once. An event has 1 to 2 KB."""

Line = tuple[float, bytes]

_HEAD = Struct("<dI")
_time = itemgetter(0)


def by_time(lines: Iterable[Line], in_memory: int = IN_MEMORY) -> Iterator[Line]:
    """The lines with their times, by time; those of the same time stay in their order."""
    with ExitStack() as files:
        runs: list[IO[bytes]] = []
        held: list[Line] = []
        size = 0
        for line in lines:
            held.append(line)
            size += len(line[1])
            if size >= in_memory:
                runs.append(_written(held, files.enter_context(TemporaryFile())))
                held, size = [], 0
        held.sort(key=_time)
        yield from merge(*map(_read, runs), held, key=_time)


def _written(lines: list[Line], file: IO[bytes]) -> IO[bytes]:
    for time, line in sorted(lines, key=_time):
        file.write(_HEAD.pack(time, len(line)))
        file.write(line)
    file.seek(0)
    return file


def _read(file: IO[bytes]) -> Iterator[Line]:
    while head := file.read(_HEAD.size):
        time, size = _HEAD.unpack(head)
        yield time, file.read(size)
