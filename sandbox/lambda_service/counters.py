"""What one event source mapping has done: the numbers that the demo's account is made of."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingStats:
    """A moment's figures."""

    function: str
    source: str
    records: int = 0
    """Read from the source; redelivered ones of a queue again."""
    filtered: int = 0
    """Kept from the function by the filter criteria."""
    batches: int = 0
    """Invocations."""
    succeeded: int = 0
    """Records that the function has taken."""
    failed_batches: int = 0
    """Invocations that raised, timed out, exited, or named failed records."""
    failed_records: int = 0
    """Of a queue: left there to come again."""
    retries: int = 0
    bisections: int = 0
    discarded: int = 0
    """Records of a stream given up: out of retries or too old."""
    sent_to_destination: int = 0
    """Discarded records that the on-failure destination has."""
    errors: int = 0
    """Calls of AWS or of Lambda itself that failed and were made again."""
    last_error: str = ""
    pending: int = 0
    """Read and not yet settled."""
    quiet_for: float = 0.0
    """Seconds since a record was last read or settled."""


class Counters:
    """Shared by the threads of a mapping."""

    def __init__(self, function: str, source: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._stats = MappingStats(function=function, source=source)
        self._last = clock()

    def add(self, **counts: int) -> None:
        """Count up. What is read is pending until it is filtered out, succeeds, fails or is discarded."""
        with self._lock:
            totals = {name: getattr(self._stats, name) + count for name, count in counts.items()}
            settled = sum(
                counts.get(name, 0) for name in ("filtered", "succeeded", "failed_records", "discarded")
            )
            pending = self._stats.pending + counts.get("records", 0) - settled
            self._stats = replace(self._stats, **totals, pending=pending)
            self._last = self._clock()

    def error(self, message: object) -> None:
        """Count a call that will be made again."""
        with self._lock:
            self._stats = replace(self._stats, errors=self._stats.errors + 1, last_error=str(message))

    def stats(self) -> MappingStats:
        """The figures now."""
        with self._lock:
            return replace(self._stats, quiet_for=self._clock() - self._last)
