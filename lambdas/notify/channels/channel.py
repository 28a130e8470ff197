"""What every channel is."""

from __future__ import annotations

from typing import Protocol

from eventcore.notification import Notification
from lambdas.notify.channels.outcomes import Outcome


class Channel(Protocol):
    """One receiver's way to its people."""

    def deliver(self, notification: Notification) -> Outcome:
        """Tell it once and say what came of it. Every answer and every failure of the other side is an
        outcome; only a fault of our own raises."""
