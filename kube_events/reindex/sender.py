"""Hands batches to the index function until each of their events is stored or set aside."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from eventcore.backoff import Backoff
from kube_events.errors import CommandError
from kube_events.reindex.found import Found
from kube_events.reindex.function import Answer, Crashed, TryAgain
from kube_events.reindex.rate import Rate
from kube_events.reindex.tally import Tally

PATIENCE = 900.0
"""Seconds without any progress. A domain that is being updated answers again sooner; whoever waits longer
goes on later with --progress-file."""

MAX_CRASHES = 5
"""In a row, and about 15 s. A function that does not start fails each time in the same way."""


class Indexes(Protocol):
    """What writes a batch."""

    name: str

    def index(self, batch: Sequence[Found]) -> Answer:
        """Have one batch written."""


class Sender:
    """Sends at a rate, and again what the function asks for again."""

    def __init__(
        self,
        function: Indexes,
        tally: Tally,
        rate: Rate,
        *,
        say: Callable[[str], None],
        backoff: Backoff = Backoff(base=1.0, cap=30.0),  # noqa: B008 - frozen
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            function: writes.
            tally: counts what became of the events.
            rate: waits where it must.
            say: tells why there is a wait, in a line.
            backoff: between tries.
            sleep: waits for so many seconds.
            clock: seconds that only rise.
        """
        self._function = function
        self._tally = tally
        self._rate = rate
        self._say = say
        self._backoff = backoff
        self._sleep = sleep
        self._clock = clock

    def send(self, batch: Sequence[Found]) -> None:
        """Returns when each of these events is stored or set aside.

        Raises:
            CommandError: that is not to be expected: no progress for PATIENCE, a function that crashes again
                and again, or what the function itself raises.
        """
        waiting, failures, crashes, since = list(batch), 0, 0, self._clock()
        while waiting:
            self._rate.wait_for(len(waiting))
            try:
                answer = self._function.index(waiting)
            except TryAgain as error:
                reason = str(error)
                crashes = crashes + 1 if isinstance(error, Crashed) else 0
                if crashes == MAX_CRASHES:
                    raise CommandError([f"the function {self._function.name} failed: {reason}"]) from None
            else:
                crashes = 0
                self._tally.answered(answer, indexed=len(waiting) - len(answer.failed))
                if len(answer.failed) < len(waiting):
                    failures, since = 0, self._clock()
                waiting = [each for each in waiting if each.id in answer.failed]
                reason = f"{len(waiting)} events are to come again: the function's log says why"
            if waiting:
                failures += 1
                self._wait(failures, since, reason)

    def _wait(self, failures: int, since: float, reason: str) -> None:
        delay = self._backoff.delay(failures)
        if self._clock() + delay > since + PATIENCE:
            raise CommandError([f"{self._function.name}: nothing was written for {PATIENCE:.0f} s: {reason}"])
        self._tally.retries += 1
        self._say(f"{reason}; again in {delay:.0f} s")
        self._sleep(delay)
