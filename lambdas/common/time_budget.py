"""How long an invocation may still work before Lambda ends it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from lambdas.common.aws_calls import ONE_TRY_SECONDS


class Invocation(Protocol):
    """The part of Lambda's context object that knows the deadline."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""


class NoTimeLeftError(Exception):
    """What comes next could take longer than the invocation may still work."""

    def __init__(self) -> None:
        super().__init__("this invocation has no time left for it")


class TimeBudget(NamedTuple):
    """The time of one invocation, less what is kept for its end.

    A function that runs into its deadline reports nothing, and everything it did is done again. So what
    can be tried again later stops while there is still time to say so.
    """

    invocation: Invocation
    reserve: float = ONE_TRY_SECONDS + 1.0
    """Seconds kept back, by default for one try at one more call to AWS, the metrics and the answer."""

    def left(self) -> float:
        """Seconds that may be spent on work; zero when only the reserve is left."""
        return max(0.0, self.invocation.get_remaining_time_in_millis() / 1000 - self.reserve)

    def allows(self, seconds: float) -> bool:
        """Whether waiting this long leaves time for work afterwards."""
        return self.left() > seconds

    def require(self, seconds: float) -> None:
        """Raises NoTimeLeftError unless what may take this long can end in time."""
        if not self.allows(seconds):
            raise NoTimeLeftError
