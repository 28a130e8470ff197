"""What the stand-in has written so far: the states of its events, in order."""

from __future__ import annotations

import time
from threading import Condition, Thread

from bench.exporter.rendered import FIRST_VERSION, Rendered, new_events, repeats


class Written:
    """States become visible in their order, at once or at a rate; a list has the last one of each object."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._states: list[Rendered] = []
        self._visible = 0
        self._listed: tuple[int, list[bytes]] = (0, [])
        """What a list shows, and at how many visible states: all pages of a list ask for the same."""
        self.closing = False

    @property
    def version(self) -> int:
        """The server's: of the last state that is visible."""
        return FIRST_VERSION + self._visible - 1

    def prepare(self, number: int, *, same: bool = False) -> None:
        """Render states that are written later: of different objects, or of the same one."""
        with self._changed:
            self._states.extend((repeats if same else new_events)(len(self._states), number))

    def write(self) -> float:
        """Write all that is prepared, at once. Returns when, in seconds since the epoch."""
        with self._changed:
            self._visible = len(self._states)
            self._changed.notify_all()
            return time.time()

    def write_steadily(self, per_second: float) -> float:
        """Write all that is prepared, evenly. Returns when that began."""
        started = time.time()
        Thread(target=self._write_steadily, args=(started, self._visible, per_second), daemon=True).start()
        return started

    def objects(self) -> list[bytes]:
        """What a list shows, in key order."""
        with self._changed:
            if self._listed[0] != self._visible:
                live = {state.name: state.item for state in self._states[: self._visible]}
                self._listed = (self._visible, [item for _, item in sorted(live.items())])
            return self._listed[1]

    def after(self, position: int, timeout: float) -> tuple[bytes, int]:
        """Chunks of the watch behind a position, none if there is no more within the time, and the position
        behind them."""
        with self._changed:
            self._changed.wait_for(lambda: self._visible > position or self.closing, timeout)
            end = min(self._visible, position + _AT_ONCE)
            return b"".join([state.chunk for state in self._states[position:end]]), end

    def close(self) -> None:
        """Let go of those who wait."""
        with self._changed:
            self.closing = True
            self._changed.notify_all()

    def _write_steadily(self, started: float, begin: int, per_second: float) -> None:
        for position in range(begin, len(self._states)):
            time.sleep(max(0.0, started + (position - begin) / per_second - time.time()))
            with self._changed:
                self._visible = position + 1
                self._changed.notify_all()


_AT_ONCE = 200
"""States that a watch is given in one write."""
