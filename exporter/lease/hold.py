"""The Lease in one replica's hand: taken, renewed, given back, and until when that holds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from exporter.lease.lease import Lease
from exporter.lease.lease_api import LeaseApi
from exporter.lease.sight import Sight
from exporter.lease.timings import Timings
from exporter.watch.errors import ApiServerError, Throttled, Unreachable

logger = logging.getLogger(__name__)


class Taken(Exception):
    """Somebody else wrote the Lease, and it is not ours any more."""


class Hold:
    """Takes and writes the Lease. Of one thread."""

    def __init__(
        self,
        leases: LeaseApi,
        timings: Timings,
        identity: str,
        *,
        on_history_lost: Callable[[], None],
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        """
        Args:
            leases: the Lease.
            timings: of the election.
            identity: of this replica.
            on_history_lost: the Lease is an older or another one than before.
            clock: seconds that only rise.
            now: the time that is written into the Lease.
        """
        self._leases = leases
        self._timings = timings
        self._sight = Sight(identity, timings.lease_duration, clock)
        self._on_history_lost = on_history_lost
        self._clock = clock
        self._now = now
        self._lease: Lease | None = None
        self._until = 0.0
        """The start of the last successful PUT, and the deadline."""

    @property
    def left(self) -> float:
        """Seconds until we must not lead any more."""
        return self._until - self._clock()

    def take(self) -> Lease | None:
        """The Lease, if it was free and is ours now. Raises ApiServerError."""
        lease = self._leases.get(self._timings.call)
        self._observe(lease)
        if not self._sight.is_free(lease):
            return None
        self._put(self._sight.claim(lease, self._now()), self._timings.call)
        return self._lease if self.left > 0 else None

    def renew(self, checkpoint: Callable[[], str | None]) -> None:
        """Hold on. `checkpoint` is asked for what is to stand in the Lease.

        Raises:
            Taken: it is not ours any more.
            ApiServerError: it is not renewed, as far as we know.
        """
        self._write(
            lambda lease: lease.renewed(self._now(), self._timings.lease_duration, checkpoint()),
            min(self.left, self._timings.call),
        )

    def give_back(self, checkpoint: Callable[[], str | None], seconds: float) -> None:
        """Let others take it. Raises as `renew`."""
        self._write(lambda lease: lease.released(self._now(), checkpoint()), seconds)

    def _write(self, change: Callable[[Lease], Lease], seconds: float) -> None:
        """Write what we hold, at once; look at it only if that is refused."""
        if self._lease is None:
            raise Taken("the Lease was never held")
        until = self._clock() + seconds
        try:
            self._put(change(self._lease), seconds)
        except (Unreachable, Throttled):
            raise
        except ApiServerError:
            # Somebody wrote it, or made it anew. A missing one is refused for want of the right to create it.
            current = self._leases.get(self._before(until))
        else:
            return
        self._observe(current)
        if not self._sight.is_ours(current):
            raise Taken(f"the Lease is held by {current.holder or 'nobody'}")
        self._put(change(current), self._before(until))

    def _put(self, lease: Lease, seconds: float) -> None:
        started = self._clock()
        self._lease = self._leases.put(lease, seconds)
        self._until = started + self._timings.renew_deadline
        self._observe(self._lease)

    def _observe(self, lease: Lease) -> None:
        if self._sight.observe(lease):
            logger.error(
                "this Lease is another one, or older than it was: the API server was restored or made anew",
                extra={"resource_version": lease.version},
            )
            self._on_history_lost()

    def _before(self, until: float) -> float:
        left = until - self._clock()
        if left <= 0:
            raise Unreachable("no time is left for another call")
        return left
