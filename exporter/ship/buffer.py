"""The buffer between reading and sending: bounded in bytes, so that a slow stream stops the reading."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import groupby, islice
from operator import attrgetter
from threading import Condition, Lock

from exporter.ship.batch import Limits, batch_length
from exporter.ship.record import Record


class Closed(Exception):
    """The buffer takes nothing more: the exporter is stopping, or leads no longer."""

    def __init__(self, taken: int) -> None:
        """`taken`: how many of the records were taken before."""
        super().__init__(f"{taken} records were taken")
        self.taken = taken


class Buffer:
    """A queue of records that several threads fill, many at once, and several empty in batches.

    What has been taken counts towards the capacity until it is settled, so the bound holds for everything
    between the reading and the stream's acceptance.
    """

    def __init__(
        self,
        capacity: int,
        limits: Limits,
        size_of: Callable[[Record], int],
        *,
        linger: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            capacity: bytes; a record that is larger by itself is let in when nothing else is there.
            limits: of a batch.
            size_of: bytes of a record as the service counts them.
            linger: seconds that a batch which is not full waits for more.
            clock: seconds that only rise.
        """
        self._capacity = capacity
        self._limits = limits
        self._size_of = size_of
        self._linger = linger
        self._clock = clock
        lock = Lock()
        self._filled = Condition(lock)
        """There is something to take: one sender is woken, and wakes another if it leaves something."""
        self._freed = Condition(lock)
        """There is room."""
        self._waiting: deque[Record] = deque()
        self._waiting_bytes = 0
        self._waiting_since = 0.0
        self._offered: Record | None = None
        self._held_bytes = 0
        self._held_records = 0
        self._blocked = 0
        """How many threads wait for room."""
        self._closed = False
        self.abandoned = False
        """Whether nothing of it is to be sent any more."""
        self.high_water_bytes = 0
        """The most that was held at once."""

    def put(self, records: Sequence[Record]) -> None:
        """Add records in their order; blocks while the buffer is full, with those added that fit.

        Raises:
            Closed: those that had no room yet were not taken.
        """
        for record in records:
            record.size = self._size_of(record)
        begin = 0
        with self._filled:
            while not self._closed:
                fitting = self._fitting(records, begin)
                if fitting > begin:
                    self._append(records[begin:fitting])
                begin = fitting
                if begin == len(records):
                    return
                self._wait_for_room(records[begin].size)
        raise Closed(begin)

    def offer(self, record: Record) -> bool:
        """Add a record that must not block and is only worth something while it is new.

        There is room for one of them, whatever else is there: it takes the place of one that nobody took.

        Returns:
            Whether the buffer holds one record more by it.
        """
        record.size = self._size_of(record)
        with self._filled:
            if self._closed:
                return False
            if replaces := self._offered is not None:
                self._release([self._offered])
            elif not self._waiting:
                self._waiting_since = self._clock()
            self._offered = record
            self._hold(1, record.size)
            self._filled.notify()
            return not replaces

    def take(self) -> list[Record]:
        """The next batch; blocks until there is one. Empty when the buffer is closed and nothing is left."""
        with self._filled:
            while not self._is_ready():
                if self._closed and not self._has_any():
                    return []
                self._filled.wait(self._patience())
            batch = self._next_batch()
            if self._has_any():
                self._waiting_since = self._clock()
                self._filled.notify()
            return batch

    def settle(self, records: Sequence[Record]) -> None:
        """These records need no room any more: the stream has accepted them, or never will."""
        for segment, settled in groupby(records, attrgetter("segment")):
            if segment:
                segment.settle(sum(1 for _ in settled))
        with self._filled:
            self._release(records)
            if self._blocked:
                self._freed.notify_all()

    def close(self) -> None:
        """Take nothing more; what is there can still be taken."""
        with self._filled:
            self._closed = True
            self._wake_all()

    def abandon(self) -> None:
        """Take nothing more, and give nothing more out: somebody else sends it now."""
        with self._filled:
            self._closed = self.abandoned = True
            self._waiting.clear()
            self._waiting_bytes = 0
            self._offered = None
            self._wake_all()

    @property
    def held_records(self) -> int:
        """How many records are not settled yet."""
        return self._held_records

    @property
    def held_bytes(self) -> int:
        """Their size."""
        return self._held_bytes

    @property
    def is_full(self) -> bool:
        """Whether somebody waits for room."""
        return self._blocked > 0

    def _fitting(self, records: Sequence[Record], begin: int) -> int:
        """Up to which record there is room."""
        held = self._held_bytes
        end = begin
        while end < len(records) and (not held or held + records[end].size <= self._capacity):
            held += records[end].size
            end += 1
        return end

    def _append(self, records: Sequence[Record]) -> None:
        if not self._has_any():
            self._waiting_since = self._clock()
            self._filled.notify()
        self._waiting.extend(records)
        size = sum([record.size for record in records])
        self._waiting_bytes += size
        self._hold(len(records), size)
        if self._is_batch_full():
            self._filled.notify()

    def _wait_for_room(self, size: int) -> None:
        self._blocked += 1
        # A batch that is not full must not linger while the reading stands still.
        self._filled.notify()
        self._freed.wait_for(
            lambda: self._closed or not self._held_bytes or self._held_bytes + size <= self._capacity
        )
        self._blocked -= 1

    def _hold(self, number: int, size: int) -> None:
        self._held_records += number
        self._held_bytes += size
        self.high_water_bytes = max(self.high_water_bytes, self._held_bytes)

    def _release(self, records: Sequence[Record]) -> None:
        self._held_bytes -= sum([record.size for record in records])
        self._held_records -= len(records)

    def _has_any(self) -> bool:
        return bool(self._waiting or self._offered)

    def _is_batch_full(self) -> bool:
        return len(self._waiting) >= self._limits.records or self._waiting_bytes >= self._limits.bytes

    def _is_ready(self) -> bool:
        return self._has_any() and (
            self._is_batch_full() or self._blocked > 0 or self._closed or not self._patience()
        )

    def _patience(self) -> float | None:
        """Seconds until what waits has waited long enough; None if nothing does."""
        if not self._has_any():
            return None
        return max(0.0, self._waiting_since + self._linger - self._clock())

    def _next_batch(self) -> list[Record]:
        if self._offered:
            self._waiting.appendleft(self._offered)
            self._waiting_bytes += self._offered.size
            self._offered = None
        first = islice(self._waiting, self._limits.records)
        length = batch_length((record.size for record in first), self._limits)
        batch = [self._waiting.popleft() for _ in range(length)]
        self._waiting_bytes -= sum([record.size for record in batch])
        return batch

    def _wake_all(self) -> None:
        self._filled.notify_all()
        self._freed.notify_all()
