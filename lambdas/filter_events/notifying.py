"""From an event to the queue messages that the rules ask for: one per matched route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from eventcore.compose import notification_for
from eventcore.event import Event
from eventcore.queue_message import NotificationMessage, encode_message
from eventcore.rules import Ruleset
from lambdas.common.config import ConfigError
from lambdas.common.receivers import AnyReceiver

DELIVER_WITHIN = timedelta(hours=24)
"""A receiver that takes nothing for a day is told by the dead letters instead."""


class Outgoing(NamedTuple):
    """A message for a queue."""

    queue_url: str
    body: str


class Notifier:
    """Knows the rules and which queue each receiver reads."""

    def __init__(self, rules: Ruleset, receivers: Mapping[str, AnyReceiver]) -> None:
        """Raises ConfigError if the rules name a receiver that does not exist: it could never be told."""
        if unknown := sorted(rules.receivers - receivers.keys()):
            known = ", ".join(sorted(receivers)) or "none"
            raise ConfigError(f"the rules name unknown receivers: {', '.join(unknown)} (known: {known})")
        self._rules = rules
        self._queues = {name: receiver.queue_url for name, receiver in receivers.items()}

    def classify(self, event: Event) -> Event | None:
        """The event with the severity that the rules give it; None if they drop it."""
        return self._rules.classify(event)

    def messages(self, event: Event, *, now: datetime) -> Iterator[Outgoing]:
        """One message for each receiver of a matched route."""
        for route in self._rules.routes(event):
            message = NotificationMessage(
                notification=notification_for(event, route), deliver_by=now + DELIVER_WITHIN
            )
            yield Outgoing(self._queues[route.receiver], encode_message(message))
