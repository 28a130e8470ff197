"""The buffer between reading and sending: bounded in bytes, so that a slow stream stops the reading."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from threading import Condition
from typing import NamedTuple

from exporter.ship.batch import Limits, batch_length
from exporter.ship.record import Record


class Closed(Exception):
    """The buffer takes nothing more: the exporter is stopping."""


class _Waiting(NamedTuple):
    record: Record
    size: int


class Buffer:
    """A queue of records that one thread fills and several empty in batches.

    What has been taken counts towards the capacity until it is settled, so the bound holds for everything
    between the reading and the stream's acceptance.
    """

    def __init__(
        self, capacity: int, limits: Limits, size_of: Callable[[Record], int], *, linger: float
    ) -> None:
        """
        Args:
            capacity: bytes; a record that is larger by itself is let in when nothing else is there.
            limits: of a batch.
            size_of: bytes of a record as the service counts them.
            linger: seconds that a batch which is not full waits for more.
        """
        self._capacity = capacity
        self._limits = limits
        self._size_of = size_of
        self._linger = linger
        self._changed = Condition()
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._held_bytes = 0
        self._held_records = 0
        self._blocked = False
        self._closed = False
        self.high_water_bytes = 0
        """The most that was held at once."""

    def put(self, record: Record) -> None:
        """Add a record; blocks while the buffer is full.

        Raises:
            Closed: the record was not taken.
        """
        size = self._size_of(record)
        with self._changed:
            if self._held_bytes and self._held_bytes + size > self._capacity:
                self._blocked = True
                self._changed.notify_all()
                self._changed.wait_for(
                    lambda: self._closed or not self._held_bytes or self._held_bytes + size <= self._capacity
                )
                self._blocked = False
            if self._closed:
                raise Closed
            self._waiting.append(_Waiting(record, size))
            self._waiting_bytes += size
            self._held_bytes += size
            self._held_records += 1
            self.high_water_bytes = max(self.high_water_bytes, self._held_bytes)
            if len(self._waiting) == 1 or self._is_batch_full():
                self._changed.notify_all()

    def take(self) -> list[Record]:
        """The next batch; blocks until there is one. Empty when the buffer is closed and nothing is left."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                self._changed.wait_for(
                    lambda: self._is_batch_full() or self._blocked or self._closed, timeout=self._linger
                )
                if self._waiting:
                    return self._next_batch()
                if self._closed:
                    return []

    def settle(self, records: Sequence[Record]) -> None:
        """These records need no room any more: the stream has accepted them, or never will."""
        with self._changed:
            self._held_bytes -= sum(map(self._size_of, records))
            self._held_records -= len(records)
            self._changed.notify_all()

    def close(self) -> None:
        """Take nothing more; what is there can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def held_records(self) -> int:
        """How many records are not settled yet."""
        return self._held_records

    def _is_batch_full(self) -> bool:
        return len(self._waiting) >= self._limits.records or self._waiting_bytes >= self._limits.bytes

    def _next_batch(self) -> list[Record]:
        first = islice(self._waiting, self._limits.records)
        batch = [
            self._waiting.popleft() for _ in range(batch_length((item.size for item in first), self._limits))
        ]
        self._waiting_bytes -= sum(item.size for item in batch)
        return [item.record for item in batch]
