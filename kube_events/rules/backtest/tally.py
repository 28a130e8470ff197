"""Counts messages: by receiver, hour and group."""

from __future__ import annotations

from collections import Counter, deque

from msgspec import Struct

from kube_events.rules.simulation import Message

HOUR = 3_600
MINUTE = 60.0

MAX_GROUPS = 50_000
"""Of which messages are counted at once; where there are more, the quietest are forgotten."""


class ReceiverTally(Struct):
    """What one receiver is told."""

    messages: int = 0
    resolved: int = 0
    """Messages that say nothing but that something is over."""
    events: int = 0
    hours: Counter[int] = Counter()
    """Messages by the beginning of the hour, in seconds since the epoch."""
    busiest_minute: int = 0
    """Messages in the 60 seconds with the most of them."""


class GroupTally(Struct):
    """What is told of one group."""

    receiver: str
    route: str
    values: tuple[tuple[str, str], ...]
    messages: int = 0
    events: int = 0


class Tally:
    """Takes messages in the order of their times."""

    def __init__(self) -> None:
        self.receivers: dict[str, ReceiverTally] = {}
        self.forgot_groups = False
        """There were more than MAX_GROUPS, so a group's number may be too low, if it was long quiet."""
        self._groups: dict[str, GroupTally] = {}
        self._last_minute: dict[str, deque[float]] = {}

    def add(self, message: Message) -> None:
        """Count one."""
        route, told = message.group.route, message.notification
        receiver = self.receivers.get(route.receiver)
        if receiver is None:
            receiver = self.receivers[route.receiver] = ReceiverTally(hours=Counter())
        receiver.messages += 1
        receiver.resolved += told.status == "resolved"
        receiver.events += told.events
        receiver.hours[int(message.at // HOUR) * HOUR] += 1
        minute = self._last_minute.setdefault(route.receiver, deque())
        minute.append(message.at)
        while minute[0] <= message.at - MINUTE:
            minute.popleft()
        receiver.busiest_minute = max(receiver.busiest_minute, len(minute))
        group = self._groups.get(message.group.key)
        if group is None:
            if len(self._groups) >= MAX_GROUPS:
                self._forget()
            group = GroupTally(route.receiver, route.route, message.group.values)
            self._groups[message.group.key] = group
        group.messages += 1
        group.events += told.events

    def noisiest(self, number: int) -> list[GroupTally]:
        """The groups with the most messages, and of these those with the most events."""
        return sorted(
            self._groups.values(), key=lambda group: (-group.messages, -group.events, group.values)
        )[:number]

    def _forget(self) -> None:
        kept = sorted(self._groups.items(), key=lambda each: (-each[1].messages, -each[1].events))
        self._groups = dict(kept[: MAX_GROUPS // 2])
        self.forgot_groups = True
