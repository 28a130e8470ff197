"""Not more than so many events a second."""

from __future__ import annotations

import time
from collections.abc import Callable


class Rate:
    """Spaces calls so that what they carry stays at a rate."""

    def __init__(
        self,
        per_second: float | None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            per_second: events; None does not wait.
            sleep: waits for so many seconds.
            clock: seconds that only rise.
        """
        self.per_second = per_second
        self._sleep = sleep
        self._clock = clock
        self._free_at = clock()

    def wait_for(self, events: int) -> None:
        """Wait until so many may go."""
        if self.per_second is None:
            return
        now = self._clock()
        if self._free_at > now:
            self._sleep(self._free_at - now)
        self._free_at = max(now, self._free_at) + events / self.per_second
