"""What a replica makes of the Lease that it sees: whose it is, and whether it has expired."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime

from exporter.lease.lease import Lease, LeaseSpec
from exporter.watch.order import is_older

logger = logging.getLogger(__name__)

CLAIMS = 64
"""That are remembered. There is one a second at most, and a PUT without an answer is given up within seconds:
it is not written a minute later. Without the right to update there is one after the other for ever."""


class Sight:
    """The Lease as one replica has seen it so far, by that replica's own clock."""

    def __init__(self, identity: str, lease_duration: float, clock: Callable[[], float]) -> None:
        """
        Args:
            identity: of this replica.
            lease_duration: seconds that a record lasts which does not say how long.
            clock: seconds that only rise.
        """
        self._identity = identity
        self._lease_duration = lease_duration
        self._clock = clock
        self._record: LeaseSpec | None = None
        self._since = 0.0
        """When the record was first seen as it is."""
        self._claims: deque[str] = deque(maxlen=CLAIMS)
        """The acquireTimes that we tried to write into it: so we know our own record also when the answer to
        the PUT was lost."""
        self._last: Lease | None = None

    def observe(self, lease: Lease) -> bool:
        """Take in what the server answered.

        Returns:
            Whether its history is another than before: versions of one server rise, and a Lease that was made
            anew has another uid. Whoever restores a backup brings back an older Lease too.
        """
        if lease.spec != self._record:
            if not self.is_ours(lease):
                self._claims.clear()
                if self._record is None or lease.holder != self._record.holder_identity:
                    logger.info("the Lease is held by %s", lease.holder or "nobody")
            self._record, self._since = lease.spec, self._clock()
        last, self._last = self._last, lease
        return last is not None and _is_another(lease, last)

    def claim(self, lease: Lease, at: datetime) -> Lease:
        """The Lease as it is to be written for us to hold it."""
        if self.is_ours(lease):
            return lease.renewed(at, self._lease_duration, None)
        ours = lease.acquired(self._identity, at, self._lease_duration)
        self._claims.append(ours.spec.acquire_time or "")
        return ours

    def is_ours(self, lease: Lease) -> bool:
        """Whether we hold it, by a record that we wrote ourselves."""
        return lease.holder == self._identity and lease.spec.acquire_time in self._claims

    def is_free(self, lease: Lease) -> bool:
        """Whether we may take it: nobody holds it, or we, or the holder has not renewed it for too long."""
        if not lease.holder or self.is_ours(lease):
            return True
        lasts = lease.spec.lease_duration_seconds or self._lease_duration
        return self._clock() >= self._since + lasts


def _is_another(lease: Lease, last: Lease) -> bool:
    if lease.uid != last.uid:
        return True
    return is_older(lease.version, than=last.version)
