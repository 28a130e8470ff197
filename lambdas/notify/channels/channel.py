"""What every channel is."""

from __future__ import annotations

from typing import Protocol

from eventcore.notification import Notification
from lambdas.common.time_budget import TimeBudget
from lambdas.notify.channels.outcomes import Outcome, Unreachable


class Channel(Protocol):
    """One receiver's way to its people."""

    @property
    def per_minute(self) -> int | None:
        """Messages a minute that one address takes, as far as the channel is known to count them."""

    def address(self, budget: TimeBudget) -> str | Unreachable:
        """What the messages go to: receivers with the same address share its limit. It may be a credential.

        Raises:
            NoTimeLeftError: before a request that could outlast the budget.
        """

    def deliver(self, notification: Notification, budget: TimeBudget) -> Outcome:
        """Tell it once and say what came of it. Every answer and every failure of the other side is an
        outcome.

        Raises:
            NoTimeLeftError: before a request that could outlast the budget. Nobody has been told.
        """
