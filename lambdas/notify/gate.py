"""What stands before a channel: the slots of its address."""

from __future__ import annotations

import time
from collections.abc import Callable

from lambdas.common.time_budget import TimeBudget
from lambdas.notify.channels.channel import Channel
from lambdas.notify.channels.outcomes import Unreachable
from lambdas.notify.limiter import BEGUN_WITHIN, Limiter, Refused


class Gate:
    """The way to one receiver's channel, in one invocation."""

    def __init__(
        self,
        *,
        channel: Channel,
        per_minute: int | None,
        limiter: Limiter,
        budget: TimeBudget,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`per_minute` is the receiver's own; None leaves it to the channel."""
        self._channel = channel
        self._per_minute = per_minute or channel.per_minute
        self._limiter = limiter
        self._budget = budget
        self._now = now
        self._address: str | None = None
        self._reserved_at: float | None = None

    @property
    def limited(self) -> bool:
        """Whether there is anything to count."""
        return self._per_minute is not None

    def reserve(self) -> Refused | Unreachable | None:
        """A slot for one post; None: go ahead. Unreachable: it is not even known where the channel is.

        Raises:
            NoTimeLeftError: before a call that could outlast the budget.
            ClientError, BotoCoreError: DynamoDB did not answer.
        """
        if self._per_minute is None:
            return None
        address = self._channel.address(self._budget)
        if isinstance(address, Unreachable):
            return address
        self._address, began = address, self._now()
        refused = self._limiter.reserve(address, per_minute=self._per_minute)
        self._reserved_at = began if refused is None else None
        return refused

    def still_holds(self) -> bool:
        """Whether the slot that was reserved last is as good as a new one."""
        return self._reserved_at is not None and self._now() <= self._reserved_at + BEGUN_WITHIN

    def close(self, seconds: float) -> None:
        """The channel, for which a slot was reserved, asked to slow down: nobody goes there for so long.

        Raises:
            ClientError, BotoCoreError: DynamoDB did not answer.
        """
        if self._address is not None:
            self._limiter.block(self._address, until=self._now() + seconds)
