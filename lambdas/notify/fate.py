"""What a queue message is, and what became of it."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Incoming(NamedTuple):
    """One message from a receiver's queue."""

    id: str
    queue_arn: str
    body: str
    receipt_handle: str
    receives: int = 1
    """How often it was received, this time included."""
    redriven: bool = False
    """It was in the dead-letter queue, and somebody has put it back."""


class Fate(Enum):
    """What became of a message; the value is the metric's name. All but the last are done with."""

    DELIVERED = "Delivered"
    MERGED = "Merged"
    """It joined the receiver's digest, because the channel's limit was used up."""
    DUPLICATE = "Duplicates"
    THROTTLED = "Throttled"
    UNREACHABLE = "Unreachable"
    REJECTED = "Rejected"
    EXPIRED = "Expired"
    POISON = "Poison"
    WOKEN = "WakeUps"
    """A timer fired. What it had to tell has a fate of its own."""
    HOPPED = "Hops"
    """A timer whose time has not come: SQS delays a message by a quarter of an hour at most."""
    HELD = "Held"
    """A timer that fired in a mute time, and is set to its end."""
    STALE_WAKE_UP = "StaleWakeUps"
    FAILED = "Failed"
    """Not handled: SQS shall deliver it again."""
