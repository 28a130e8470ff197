"""How long a Lease lasts, when a leader gives up, and how often everybody looks."""

from __future__ import annotations

from msgspec import Struct

JITTER = 1.2
"""client-go's JitterFactor (leaderelection.go): by so much a retry may come later than its period."""


class Timings(Struct, frozen=True, kw_only=True):
    """Seconds. The defaults are those of the control plane's own components (15/10/2)."""

    lease_duration: float = 15.0
    """Without a renewal for so long, another replica takes the Lease."""
    renew_deadline: float = 10.0
    """A leader without a renewal for so long stops: before others may take over, by its own clock."""
    retry_period: float = 2.0
    """Between two renewals, and at most between two looks of a candidate."""

    def __post_init__(self) -> None:
        """Raises ValueError where client-go does: two leaders at a time, or one that gives up too early."""
        if self.retry_period <= 0:
            raise ValueError(f"retry_period is {self.retry_period:g}: it must be greater than 0")
        if self.renew_deadline <= JITTER * self.retry_period:
            raise ValueError(
                f"renew_deadline is {self.renew_deadline:g}: it must be greater than {JITTER:g} times "
                f"retry_period, which is {self.retry_period:g}"
            )
        if self.lease_duration <= self.renew_deadline:
            raise ValueError(
                f"lease_duration is {self.lease_duration:g}: it must be greater than renew_deadline, "
                f"which is {self.renew_deadline:g}"
            )

    @property
    def call(self) -> float:
        """The longest that one attempt may take: two fit into the deadline."""
        return self.renew_deadline / 2
