"""The election: candidates look, one leads, and a leader that cannot renew stops before another may begin.

The semantics are client-go's (tools/leaderelection, v0.36): expiry is judged by one's own clock from the
moment at which the record was last seen to change, never by the times in it, so the clocks of two nodes may
differ as they like. Different on purpose:

* A candidate looks again after 0.5 to 1 periods (there 1 to 2.2), so that a released Lease is taken at once.
* A leader that reads another holder stops at once (there it tries on until its deadline).
* A holder of our own name whose record we did not write is somebody else (there it is us): two replicas that
  were given one identity by mistake must not both lead.
* The deadline counts from the start of the last successful PUT (there from the next attempt's), and cuts off
  each call.
* A missing Lease is not made (there it is): the exporter has no right to.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import uniform
from threading import Event

from exporter.lease.hold import Hold, Taken
from exporter.lease.lease import Lease
from exporter.lease.lease_api import LeaseApi
from exporter.lease.timings import Timings
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.watch.errors import ApiServerError, Denied, NotFound

logger = logging.getLogger(__name__)

PULSE = "elector"
"""Its name where threads say that they live."""

SAY_AGAIN = 60.0
"""Seconds until the same trouble is logged again: there is an attempt every other second."""

RELEASE = 3.0
"""Seconds that a release may take: a process that is to end has no more, and the Lease expires anyway."""


class Elector:
    """Stands for election until told to stop. `run` has a thread of its own, from which all callbacks come.

    `on_lead` and `on_lost` alternate, and both must return soon: nothing is renewed meanwhile.
    """

    def __init__(
        self,
        leases: LeaseApi,
        timings: Timings,
        identity: str,
        pulse: Pulse,
        readiness: Readiness,
        *,
        checkpoint: Callable[[], str | None],
        on_lead: Callable[[str | None], None],
        on_lost: Callable[[str], None],
        on_history_lost: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        draw: Callable[[float, float], float] = uniform,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        """
        Args:
            leases: the Lease.
            timings: of the election.
            identity: of this replica; no other should have it.
            pulse: is told that the thread lives.
            readiness: is told while the Lease cannot be read or written. Who waits for it is ready.
            checkpoint: what is to stand in the Lease, asked before each renewal and at the release; None
                leaves what is there, an empty text takes it away.
            on_lead: this replica leads from now on; gets the checkpoint that the Lease holds.
            on_lost: it does not lead any more, for a reason in words; nothing may be sent after this. Not
                called by a release, which comes after the last sending.
            on_history_lost: while it leads, the API server was restored from a backup or made anew, so
                versions of before mean nothing.
            clock: seconds that only rise.
            now: the time for people who look at the Lease.
            draw: a number between two others.
            pause: waits for so many seconds; by default it ends when `release` is called.
        """
        self._timings = timings
        self._pulse = pulse
        self._readiness = readiness
        self._checkpoint = checkpoint
        self._on_lead = on_lead
        self._on_lost = on_lost
        self._clock = clock
        self._draw = draw
        self._leads = False
        self._hold = Hold(
            leases,
            timings,
            identity,
            on_history_lost=lambda: on_history_lost() if self._leads else None,
            clock=clock,
            now=now,
        )
        self._stopping = Event()
        self._ended = Event()
        self._pause = pause or self._stopping.wait
        self._said, self._say_again_at = "", 0.0
        readiness.lacks(PULSE, "the Lease was not read yet")

    @property
    def leads(self) -> bool:
        """Whether this replica leads at this moment: by the clock, so also if the thread hangs."""
        return self._leads and self._hold.left > 0

    def run(self) -> None:
        """Stand, lead, stand again, until `release`."""
        try:
            while (lease := self._stand()) is not None:
                self._lead(lease)
            self._pulse.leave(PULSE)
        finally:
            self._ended.set()

    def release(self, within: float = RELEASE) -> bool:
        """Give the Lease back with the last checkpoint, from another thread, once nothing is sent any more.

        Returns:
            Whether `run` has ended within so many seconds.
        """
        self._stopping.set()
        return self._ended.wait(within)

    def _stand(self) -> Lease | None:
        """Look until the Lease is ours; None if we are to stop."""
        while not self._stopping.is_set():
            delay = self._timings.retry_period * self._draw(0.5, 1.0)
            try:
                lease = self._hold.take()
                self._readiness.has_all(PULSE)
                if lease:
                    return lease
            except ApiServerError as error:
                self._complain("waiting for the Lease", error)
                delay = max(delay, error.retry_after)
            self._wait(delay)
        return None

    def _lead(self, lease: Lease) -> None:
        """From `on_lead` to `on_lost`, or to the release."""
        if self._stopping.is_set():
            self._give_back(lambda: None)
            return
        logger.info("leading", extra={"transitions": lease.spec.lease_transitions})
        self._leads = True
        self._on_lead(lease.checkpoint)
        reason = self._keep()
        self._leads = False
        if reason is None:
            self._give_back(self._checkpoint)
        else:
            logger.warning("not leading any more", extra={"reason": reason})
            self._on_lost(reason)

    def _keep(self) -> str | None:
        """Renew while that works. The reason why it does not any more; None if we are to stop."""
        delay, trouble = self._timings.retry_period, ""
        while (left := self._hold.left) > 0:
            self._wait(min(delay, left))
            if self._stopping.is_set():
                return None
            if self._hold.left <= 0:
                break
            delay = self._timings.retry_period
            try:
                self._hold.renew(self._checkpoint)
                self._readiness.has_all(PULSE)
            except Taken as taken:
                return str(taken)
            except ApiServerError as error:
                trouble = f": {error}"
                delay = max(delay, error.retry_after)
                self._complain("cannot renew the Lease", error)
        return f"the Lease was not renewed for {self._timings.renew_deadline:g} s{trouble}"

    def _give_back(self, checkpoint: Callable[[], str | None]) -> None:
        """If that does not work, others wait until the Lease expires."""
        try:
            self._hold.give_back(checkpoint, RELEASE)
        except (ApiServerError, Taken) as error:
            logger.warning("the Lease is not released", extra={"reason": str(error)})
        else:
            logger.info("the Lease is released")

    def _wait(self, seconds: float) -> None:
        # The attempt that follows takes less than a Lease lasts.
        self._pulse.promise(PULSE, seconds + self._timings.lease_duration)
        self._pause(seconds)

    def _complain(self, what: str, error: ApiServerError) -> None:
        self._readiness.lacks(PULSE, str(error))
        if str(error) == self._said and self._clock() < self._say_again_at:
            return
        self._said, self._say_again_at = str(error), self._clock() + SAY_AGAIN
        level = logging.ERROR if isinstance(error, Denied | NotFound) else logging.WARNING
        logger.log(level, what, extra={"reason": str(error)})
