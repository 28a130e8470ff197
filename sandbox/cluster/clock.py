"""The logical clock of a replay: how much of the recording has happened, and where it is held."""

from __future__ import annotations

import time
from threading import Condition


class ReplayClock:
    """A position in the recording that watchers move on, each line as it is served.

    Thread-safe. Two watchers may serve the same line; the position is that of the one ahead.
    """

    def __init__(
        self, start: int, end: int, *, hold_at: int | None = None, rate: float | None = None
    ) -> None:
        """
        Args:
            start: position of the start state.
            end: position after the last line.
            hold_at: no line at or after this position happens until `resume`.
            rate: lines per second; None is as fast as a watcher reads.
        """
        self._start = start
        self._end = end
        self._hold_at = hold_at
        self._interval = 1 / rate if rate else 0.0
        self._next_line_at = 0.0
        self._changed = Condition()
        self.position = start

    def may_serve(self, index: int, patience: float) -> bool:
        """Whether line `index` has happened or may happen now; waits up to `patience` seconds for it."""
        with self._changed:
            # Nothing notifies when a paced line falls due, so the wait must end then.
            pace = self._next_line_at - time.monotonic()
            timeout = min(patience, pace) if pace > 0 and index >= self.position else patience
            return self._changed.wait_for(lambda: self._is_due(index), timeout)

    def served(self, index: int) -> None:
        """Line `index` was written to a watcher: it has happened."""
        with self._changed:
            if index >= self.position:
                self.position = index + 1
                self._next_line_at = time.monotonic() + self._interval
                self._changed.notify_all()

    def hold(self, at: int) -> None:
        """Let nothing happen at or after position `at`."""
        with self._changed:
            self._hold_at = at
            self._changed.notify_all()

    def resume(self) -> None:
        """Go on."""
        with self._changed:
            self._hold_at = None
            self._changed.notify_all()

    def rewind(self) -> None:
        """Back to the start state."""
        with self._changed:
            self.position = self._start
            self._changed.notify_all()

    @property
    def finished(self) -> bool:
        """Whether the whole recording has happened."""
        return self.position >= self._end

    def wait_until(self, position: int, timeout: float) -> bool:
        """Wait until so many lines have happened; False if they have not within `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.position >= position, timeout)

    def _is_due(self, index: int) -> bool:
        if index < self.position:
            return True
        held = self._hold_at is not None and index >= self._hold_at
        return index < self._end and not held and time.monotonic() >= self._next_line_at
