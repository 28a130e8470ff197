"""The low-water mark: the version up to which every state that was read is settled.

States are read in the server's order and settled in any. What is read at once is a segment; the mark moves
over the segments at the front that are settled, and stands before the first one that is not.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

NOTHING = "0"
"""The version before all others. No object has it."""


class Segment:
    """States that were read at once and are settled one by one."""

    __slots__ = ("_mark", "since", "unsettled", "version")

    def __init__(self, mark: Mark, version: str, unsettled: int, since: float) -> None:
        """Made by `Mark.open`."""
        self._mark = mark
        self.version = version
        self.unsettled = unsettled
        self.since = since

    def settle(self, number: int = 1) -> None:
        """So many of its states are with the stream, or never will be."""
        self._mark.settle(self, number)


class Mark:
    """Of one reader. One thread opens segments, several settle them.

    What a list brings comes in key order and has no version: its segments are opened without one, and the
    version of the list comes last. So the mark stands still until the whole list is settled.
    """

    def __init__(self, version: str = "", *, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            version: where a reader before this one stood.
            clock: seconds that only rise.
        """
        self._lock = Lock()
        self._version = version
        self._clock = clock
        self._segments: deque[Segment] = deque()
        self._doubted = False

    def open(self, unsettled: int, version: str = "") -> Segment:
        """Begin a segment of `unsettled` states behind which the mark is at `version`."""
        with self._lock:
            if not unsettled and self._segments:
                # An hour's expiries during an outage must not pile up: they move the end of what is waiting.
                last = self._segments[-1]
                last.version = version or last.version
                return last
            segment = Segment(self, version, unsettled, self._clock())
            self._segments.append(segment)
            self._advance()
            return segment

    def settle(self, segment: Segment, number: int) -> None:
        """So many states of a segment are settled, in whatever order."""
        with self._lock:
            segment.unsettled -= number
            self._advance()

    def doubt(self) -> None:
        """Until the reset, which the reader makes when it comes to it, no version is good: the server lost
        its history. A reader that waits for room in the buffer may do so for hours."""
        with self._lock:
            self._doubted = True

    def reset(self) -> None:
        """Begin anew, before the first version: everything that a server holds is yet to be settled. Segments
        from before move the mark no more."""
        with self._lock:
            self._segments.clear()
            self._version = NOTHING
            self._doubted = False

    @property
    def version(self) -> str:
        """Every state up to this one is settled; empty if there is no such version yet."""
        return NOTHING if self._doubted else self._version

    def lag(self) -> float:
        """Seconds since the oldest state that is not settled was read; 0 if all are."""
        with self._lock:
            return self._clock() - self._segments[0].since if self._segments else 0.0

    def _advance(self) -> None:
        while self._segments and not self._segments[0].unsettled:
            self._version = self._segments.popleft().version or self._version
