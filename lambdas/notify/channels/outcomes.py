"""
What a channel can answer. Sorted once, where the answer arrives; nothing above ever looks at a status again.

Outcome
 x  Delivered      the channel has taken it
 x  Throttled      the channel asked us to slow down; carries the seconds to wait
 x  Unreachable    no answer, a 5xx, or a setting that a person can repair: worth another try
 x  Rejected       the channel understood and said no: a retry cannot help
"""

from __future__ import annotations

from msgspec import Struct


class Delivered(Struct, frozen=True):
    """The channel has taken it."""


class Throttled(Struct, frozen=True):
    """The channel asked us to slow down."""

    after: float
    """Seconds before another message can be taken."""


class Unreachable(Struct, frozen=True):
    """Nobody said no, but nobody took it either: worth another try."""

    reason: str
    """For people; holds no secret."""
    misconfigured: bool = False
    """It will not heal by itself: somebody has to repair a setting. Counted apart, so that it is noticed."""


class Rejected(Struct, frozen=True):
    """The channel understood and said no: a retry cannot help."""

    code: str
    """The channel's own code, or `http-<status>` where it has none."""
    reason: str
    """The channel's own words; holds no secret."""


Outcome = Delivered | Throttled | Unreachable | Rejected
