"""The one back-off of the project: exponential with full jitter."""

from __future__ import annotations

from collections.abc import Callable
from random import random
from typing import NamedTuple


class Backoff(NamedTuple):
    """Delays in seconds that double from `base` up to `cap`, each drawn between zero and its bound.

    Full jitter spreads the retries of many clients better than a fixed or an equal jitter
    (AWS Architecture Blog, "Exponential Backoff And Jitter").
    """

    base: float = 0.5
    cap: float = 30.0
    draw: Callable[[], float] = random
    """A number in [0, 1); a parameter so that a test can choose it."""

    def delay(self, attempt: int) -> float:
        """Seconds to wait after the failure number `attempt`, which counts from 1."""
        bound = min(self.cap, self.base * 2.0 ** min(attempt - 1, 62))
        return self.draw() * bound
