"""What every channel is."""

from __future__ import annotations

from typing import Protocol

from eventcore.notification import Notification
from lambdas.common.time_budget import TimeBudget
from lambdas.notify.channels.outcomes import Outcome


class Channel(Protocol):
    """One receiver's way to its people."""

    def deliver(self, notification: Notification, budget: TimeBudget) -> Outcome:
        """Tell it once and say what came of it. Every answer and every failure of the other side is an
        outcome.

        Raises:
            NoTimeLeftError: before a request that could outlast the budget. Nobody has been told.
        """
