"""What a stream does to those who write to it: answers late, takes no more than so many records a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from threading import Lock

from msgspec import Struct

THROTTLED = "ProvisionedThroughputExceededException"


class Faults(Struct, frozen=True, kw_only=True):
    """How the endpoint behaves."""

    latency: float = 0.0
    """Seconds from the request to its answer."""
    records_per_second: int | None = None
    """That are accepted: 1,000 are what one shard takes. None is without limit."""
    throttled_share: float = 0.0
    """Of the records, chosen at random, that are told to come again; 0 to 1."""


class Throttle:
    """Decides which records of a call are refused."""

    def __init__(
        self,
        faults: Faults,
        *,
        clock: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        """
        Args:
            faults: of the endpoint.
            clock: seconds that only rise.
            random: which records are told to come again.
        """
        self._limit = faults.records_per_second
        self._share = faults.throttled_share
        self._clock = clock
        self._random = random or Random(1)  # noqa: S311 - the same records in every run
        self._lock = Lock()
        self._room = float(self._limit or 0)
        self._since = clock()

    def refused(self, records: int) -> frozenset[int]:
        """Positions of the records, out of so many in a call, that are refused."""
        with self._lock:
            unlucky = {at for at in range(records) if self._share and self._random.random() < self._share}
            if self._limit is None:
                return frozenset(unlucky)
            now = self._clock()
            # A bucket that holds one second, as a shard's does.
            self._room = min(self._limit, self._room + (now - self._since) * self._limit)
            self._since = now
            taken = [at for at in range(records) if at not in unlucky][: int(self._room)]
            self._room -= len(taken)
            return frozenset(range(records)).difference(taken)
