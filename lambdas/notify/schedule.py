"""When to try again what could not be delivered."""

from __future__ import annotations

from datetime import timedelta

from eventcore.backoff import Backoff
from lambdas.notify.channels.outcomes import Throttled, Unreachable

DELIVER_WITHIN = timedelta(hours=24)
"""A receiver that takes nothing for a day is told by the dead letters instead."""

MIN_DELAY = 5.0
"""Seconds. Sooner, a dead webhook would cost more invocations than it is worth."""

MAX_SPREAD = 300.0
"""Seconds. DingTalk takes 20 messages a minute, so up to 100 that waited for the same lock-out do not cause
the next."""

MIN_SPREAD = 10.0
"""Seconds. Chime takes one message a second; a handful that were turned away together need that long."""

CLAIM_SECONDS = 65
"""Longer than any claim holds: the function's timeout of a minute, and the clocks' difference."""

UNREACHABLE = Backoff(base=30.0, cap=900.0)
"""Half a minute for a blink, a quarter of an hour for an outage: some hundred tries within a day."""


def wait(outcome: Throttled | Unreachable, *, attempt: int, backoff: Backoff = UNREACHABLE) -> float:
    """Seconds until the next try, after the try number `attempt`, which counts from 1.

    Throttled is never sooner than the channel asked, and spread over the time behind: what was turned away
    together must not come back together.
    """
    if isinstance(outcome, Throttled):
        return outcome.after + backoff.draw() * min(max(outcome.after, MIN_SPREAD), MAX_SPREAD)
    return max(MIN_DELAY, backoff.delay(attempt))


def hide(receives: int) -> int:
    """Seconds for which a message hides that somebody else is telling at this moment.

    The other one is done in a second, or dead: then its lease ends within the minute that the function may
    run. So a handful of receives outlasts any claim, of the some 240 that the queue allows in a day.
    """
    return min(int(3**receives), CLAIM_SECONDS)
