"""Timers of groups and digests: delayed messages in the receiver's own queue."""

from __future__ import annotations

import time
from collections.abc import Callable

from eventcore.grouping.digest import Digest
from eventcore.grouping.group import Group
from eventcore.queue_message import WakeUp, hop
from lambdas.common.state_table import KEPT
from lambdas.notify.receiver_queue import ReceiverQueue


class AlarmClock:
    """Sends the wake-ups of one receiver."""

    def __init__(self, queue: ReceiverQueue, *, now: Callable[[], float] = time.time) -> None:
        self._queue = queue
        self._now = now

    def set(self, state: Group | Digest, *, before: Group | Digest | None) -> None:
        """Send the wake-up of a state that is about to be written, if its timer is another than before, or
        was lost. In this order, no timer that anybody reads is without its wake-up.

        Raises:
            ClientError, BotoCoreError: SQS did not take it.
        """
        if state.due is None:
            return
        if before is None or _timer(before) != _timer(state):
            self.pass_on(WakeUp(key=state.key, generation=state.generation, due=state.due))

    def pass_on(self, wake_up: WakeUp) -> None:
        """Have it come at its time, or after the longest delay that SQS knows, to be passed on again."""
        self._queue.send_wake_up(wake_up, delay=hop(wake_up.due - self._now()))


def _timer(state: Group | Digest) -> tuple[int, float | None, float | None]:
    return state.generation, state.due, state.reminded if isinstance(state, Digest) else None


def expiry(state: Group | Digest, now: float) -> float:
    """Seconds since the epoch after which nobody asks for the state any more."""
    return max(now, state.due or 0.0) + KEPT
