"""Where events wait for what is looked up for them: bounded in events and bytes, each for a time at most.

Every event that is let in is taken out exactly once: with the look-up of its object, or when its time is
over, whichever is first; when the room is closed, everybody's is. It keeps its place until it was handed on.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import takewhile
from math import inf
from threading import Condition

from eventcore.event import Event
from exporter.enrich.reference import Reference

HandOn = Callable[[Event], object]
"""Takes an event that goes on. It may block, but it must not raise."""

MAX_EVENTS = 2000
"""Some seconds of a busy cluster."""

MAX_BYTES = 4 * 1024 * 1024


class Waiting:
    """An event in the room."""

    __slots__ = ("deadline", "event", "hand_on", "reference", "weight")

    def __init__(self, event: Event, reference: Reference, hand_on: HandOn, deadline: float) -> None:
        self.event = event
        self.reference = reference
        self.hand_on = hand_on
        self.deadline = deadline
        self.weight = _weight(event)


class Room:
    """For several threads."""

    def __init__(
        self,
        seconds: float,
        *,
        max_events: int = MAX_EVENTS,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            seconds: that an event waits at most.
            max_events: that have a place at a time.
            max_bytes: that these have together, roughly.
            clock: seconds that only rise.
        """
        self._seconds = seconds
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._clock = clock
        self._changed = Condition()
        self._by_age: dict[Waiting, None] = {}
        """Who waits, oldest first: all wait equally long."""
        self._by_object: dict[Reference, dict[Waiting, None]] = {}
        """For each object that is looked up, or will be, who waits for it; perhaps nobody any more."""
        self._wanted: deque[Reference] = deque()
        """Of these objects, those that no worker has taken yet."""
        self._events = 0
        self._bytes = 0
        self._closed = False

    def enter(self, event: Event, reference: Reference, hand_on: HandOn) -> bool:
        """Let an event in that waits for an object; False if the room is full or closed."""
        waiting = Waiting(event, reference, hand_on, self._clock() + self._seconds)
        with self._changed:
            full = self._events >= self._max_events or self._bytes + waiting.weight > self._max_bytes
            if full or self._closed:
                return False
            self._events += 1
            self._bytes += waiting.weight
            if not self._by_age:
                self._changed.notify_all()  # the clock waits for the first
            self._by_age[waiting] = None
            if reference not in self._by_object:
                self._by_object[reference] = {}
                self._wanted.append(reference)
                self._changed.notify_all()
            self._by_object[reference][waiting] = None
            return True

    def next_object(self, *, block: bool = True) -> Reference | None:
        """What to look up next, for a worker that tells `looked_up` of it; None if the room is closed.

        Args:
            block: whether to wait for it; otherwise None if there is nothing.
        """
        with self._changed:
            while not self._closed:
                while self._wanted:
                    reference = self._wanted.popleft()
                    if self._by_object[reference]:
                        return reference
                    del self._by_object[reference]  # its events' time was over before it was its turn
                if not block:
                    return None
                self._changed.wait()
            return None

    def looked_up(self, reference: Reference) -> list[Waiting]:
        """Take out who still waits for this object."""
        with self._changed:
            leaving = list(self._by_object.pop(reference, ()))
            for waiting in leaving:
                del self._by_age[waiting]
            return leaving

    def overdue(self, *, block: bool = True) -> list[Waiting]:
        """Take out whose time is over: that is everybody once the room is closed, and nobody at its end.

        Args:
            block: whether to wait until there is one; otherwise none if there is none.
        """
        with self._changed:
            while True:
                now = self._clock()
                leaving = self._whose_time_is_over(inf if self._closed else now)
                for waiting in leaving:
                    del self._by_age[waiting]
                    del self._by_object[waiting.reference][waiting]
                if leaving or self._closed or not block:
                    return leaving
                first = next(iter(self._by_age), None)
                self._changed.wait(None if first is None else first.deadline - now)

    def close(self) -> None:
        """Let nobody in, look nothing up any more, and let everybody out."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait_until_empty(self, seconds: float) -> bool:
        """Whether everybody was handed on within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._events, seconds)

    def gone(self, leaving: Iterable[Waiting]) -> None:
        """These have been handed on: their places are free."""
        with self._changed:
            for waiting in leaving:
                self._events -= 1
                self._bytes -= waiting.weight
            if not self._events:
                self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether everybody is to leave."""
        return self._closed

    @property
    def events(self) -> int:
        """How many have a place."""
        return self._events

    def _whose_time_is_over(self, now: float) -> list[Waiting]:
        return list(takewhile(lambda one: one.deadline <= now, self._by_age))


def _weight(event: Event) -> int:
    """Bytes in memory, roughly: what is not the message is seldom much more than a kilobyte."""
    metadata = event.metadata
    extra = (len(part) for pair in (*metadata.annotations.items(), *metadata.labels.items()) for part in pair)
    return 2000 + len(event.message) + sum(extra)
