"""What a batch does to one item of the state table: read, merged, and put back if that changed anything.

A task is asked again with what is there by then if somebody else was first, so it keeps what came, not what
became of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from eventcore.event import Event
from eventcore.grouping.arrival import Arrival, Recovery
from eventcore.grouping.encoding import decode_group, encode_state
from eventcore.grouping.group import Group
from eventcore.grouping.key import GroupRef
from eventcore.grouping.merge import known_count, merge
from eventcore.grouping.timer import overdue
from eventcore.queue_message import WakeUp
from lambdas.common.records import Received
from lambdas.common.state_table import Item

Items = Mapping[str, Item]
"""By key. What is not in the table is absent."""


class Timer(NamedTuple):
    """A wake-up, and who gets it."""

    receiver: str
    wake_up: WakeUp


class Change(NamedTuple):
    """The next state of an item."""

    key: str
    version: int
    """That was read."""
    state: bytes
    needed: float
    """Until when, in seconds since the epoch."""
    timer: Timer | None = None
    """Its wake-up, if that has to be sent."""
    reminds: bool = False
    """It was sent before, for a timer that should have fired long ago."""
    old: int = 0
    """Events in it that were too old to be told by themselves."""


class Merged(NamedTuple):
    """A group as it was and as it is to be."""

    before: Group | None
    after: Group
    old: int = 0
    """As a Change's."""


class Task(Protocol):
    """Something to be done to an item."""

    received: dict[str, Received]
    """Records that ask for it, by their ids: they come again if it cannot be done."""
    written_as: str
    """The metric that counts its writes."""

    @property
    def key(self) -> str:
        """Of the item."""

    @property
    def reads(self) -> Collection[str]:
        """Keys of the items that have to be read."""

    def change(self, items: Items, *, now: float) -> Change | None:
        """The item's next state; None if it stays as it is.

        Raises:
            StateError: an item is of a format that this release does not know.
        """


class GroupTask:
    """Events and recoveries of one group."""

    __slots__ = ("_arrivals", "_recoveries", "_ref", "received")
    written_as = "GroupsWritten"

    def __init__(self, ref: GroupRef) -> None:
        self.received: dict[str, Received] = {}
        self._ref = ref
        self._arrivals: list[Arrival] = []
        self._recoveries: list[Recovery] = []

    @property
    def key(self) -> str:
        """Of the group."""
        return self._ref.key

    @property
    def reads(self) -> Collection[str]:
        """Only the group itself."""
        return (self._ref.key,)

    def arrive(self, arrival: Arrival, received: Received) -> None:
        """An event of this group."""
        self._arrivals.append(arrival)
        self.received[received.record.id] = received

    def recover(self, recovery: Recovery, received: Received) -> None:
        """A problem of this group may be over."""
        self._recoveries.append(recovery)
        self.received[received.record.id] = received

    def ask(self, received: Received) -> None:
        """A record that has nothing to add, and has to come again if this cannot be done."""
        self.received[received.record.id] = received

    def has_newer(self, event: Event) -> bool:
        """Whether the same Event object has come with at least as high a count."""
        return any(
            each.event.metadata.uid == event.metadata.uid and each.event.count >= event.count
            for each in self._arrivals
        )

    def change(self, items: Items, *, now: float) -> Change | None:
        """The group with what came."""
        merged = self.merged(items, now=now)
        return None if merged is None else _changed(items, merged, now)

    def merged(self, items: Items, *, now: float) -> Merged | None:
        """The group without and with what came; None if that is the same."""
        before = _group(items, self.key)
        after = merge(before, self._ref, self._arrivals, self._recoveries, now=now)
        return None if after is None else Merged(before, after)


class OldTask:
    """Events of one receiver that are too old to be told by themselves: but for those that their own group
    knows, which were delivered again."""

    __slots__ = ("_arrivals", "_ref", "received")
    written_as = "GroupsWritten"

    def __init__(self, ref: GroupRef) -> None:
        self.received: dict[str, Received] = {}
        self._ref = ref
        self._arrivals: list[tuple[str, Arrival]] = []

    @property
    def key(self) -> str:
        """Of the receiver's summary."""
        return self._ref.key

    @property
    def reads(self) -> Collection[str]:
        """The summary, and the events' own groups."""
        return {self._ref.key, *(own for own, _ in self._arrivals)}

    def arrive(self, own: str, arrival: Arrival, received: Received) -> None:
        """An old event, and the key of the group that it would be in."""
        self._arrivals.append((own, arrival))
        self.received[received.record.id] = received

    def change(self, items: Items, *, now: float) -> Change | None:
        """The summary with what came, and is news."""
        merged = self.merged(items, now=now)
        return None if merged is None else _changed(items, merged, now)

    def merged(self, items: Items, *, now: float) -> Merged | None:
        """The summary without and with what came; None if that is the same."""
        own = {key: _group(items, key) for key, _ in self._arrivals}
        known = [known_count(own[key], arrival.event) for key, arrival in self._arrivals]
        news = [
            arrival._replace(known=count)
            for (_, arrival), count in zip(self._arrivals, known, strict=True)
            if count < arrival.event.count
        ]
        if not news:
            return None
        before = _group(items, self.key)
        after = merge(before, self._ref, news, [], now=now, kind="old")
        return None if after is None else Merged(before, after, len(news))


def _group(items: Items, key: str) -> Group | None:
    item = items.get(key)
    return None if item is None else decode_group(item.state)


def _changed(items: Items, merged: Merged, now: float) -> Change:
    before, after, old = merged
    same_timer = before is not None and before.generation == after.generation
    reminds = same_timer and overdue(after.due, now)
    timer = None
    if after.due is not None and (reminds or not same_timer):
        timer = Timer(after.route.receiver, WakeUp(key=after.key, generation=after.generation, due=after.due))
    return Change(
        key=after.key,
        version=items[after.key].version if before else 0,
        state=encode_state(after),
        needed=max(now, after.due or 0.0),
        timer=timer,
        reminds=reminds,
        old=old,
    )
