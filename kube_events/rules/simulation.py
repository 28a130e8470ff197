"""What a rule file would have told: the functions' merge and flush, on a clock that the events turn.

Queues, silences and the limits of channels are left out: a message is told when its group's timer fires.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from eventcore.event import Event
from eventcore.grouping.arrival import Arrival, Recovery
from eventcore.grouping.flush import flush
from eventcore.grouping.group import Group, GroupMember, Kind
from eventcore.grouping.key import GroupRef, group_of, old_group_of
from eventcore.grouping.merge import known_count, merge
from eventcore.grouping.sources import Sources, forget, note
from eventcore.identity import document_time
from eventcore.notification import Link, Notification
from eventcore.rules import MatchedRoute, Ruleset
from kube_events.rules.timers import Timers

KEPT = 3 * 86_400.0
"""Seconds for which a group without a timer is remembered, as its item in the table is."""

_LOOK_FOR_OLD = 3_600.0
"""Seconds after which it is looked for groups that need not be remembered any more."""


class Message(NamedTuple):
    """A group tells something."""

    at: float
    """Seconds since the epoch."""
    group: Group
    """As it was when its timer fired."""
    notification: Notification


class Simulation:
    """Groups in memory. Time only goes forward: each call's `now` is that of the one before, or later."""

    def __init__(self, rules: Ruleset, *, without_resolved: Collection[str] = ()) -> None:
        """`without_resolved` are receivers that hear nothing of ends."""
        self._rules = rules
        self._without_resolved = frozenset(without_resolved)
        self._groups: dict[str, Group] = {}
        self._used: dict[str, float] = {}
        self._sources: dict[str, Sources] = {}
        self._timers = Timers()
        self._looked = 0.0
        self.dropped = 0
        """Events that the rules drop."""
        self.untold = 0
        """Events that no route tells to anybody."""

    def receive(self, event: Event, *, now: float) -> None:
        """An event comes. Fire what is due before it first."""
        classified = self._rules.classify(event)
        if classified is None:
            self.dropped += 1
            return
        for mark in self._rules.sources(classified):
            noted = note(self._sources.get(mark.key), mark.key, mark.object, now=now, seconds=mark.seconds)
            self._note(mark.key, noted)
        routes = self._rules.routes(classified)
        if routes:
            self._arrive(classified, routes, now)
        else:
            self.untold += 1
        recovery = self._rules.recovery(classified)
        if recovery is not None:
            self._recover(classified, recovery, now)

    def _arrive(self, event: Event, routes: Sequence[MatchedRoute], now: float) -> None:
        inhibitors = self._rules.inhibitors(event)
        max_age = self._rules.notify_max_age
        old = now - document_time(event).timestamp() > max_age
        for route in routes:
            ref = group_of(route, event)
            arrival = Arrival(event, self._rules.ending(event, route), inhibitors)
            if not old:
                self._merge(ref, [arrival], [], now)
            elif (known := known_count(self._groups.get(ref.key), event)) < event.count:
                self._merge(
                    old_group_of(route, max_age), [arrival._replace(known=known)], [], now, kind="old"
                )

    def _recover(self, event: Event, recovery: Recovery, now: float) -> None:
        for key, source in self._rules.ended_sources(event):
            self._note(key, forget(self._sources.get(key), source, at=recovery.at))
        for ref in self._rules.recovery_groups(event):
            self._merge(ref, [], [recovery], now)

    def fire(self, until: float) -> Iterator[Message]:
        """What is told up to and with `until`, in order.

        Raises:
            EndlessTimer: a group would be looked at without end.
        """
        while (timer := self._timers.next(until)) is not None:
            due, key, generation = timer
            group = self._groups.get(key)
            if group is None or (group.generation, group.due) != (generation, due):
                continue
            flushed = flush(
                group,
                now=due,
                silenced=_never,
                inhibited=self._inhibited_at(due),
                send_resolved=group.route.receiver not in self._without_resolved,
                links=_no_links,
            )
            # What a wake-up is to tell again is for the functions; here it would only take memory.
            flushed.group.outgoing = None
            self._keep(flushed.group, due)
            self._timers.set_again(flushed.group, due)
            if flushed.notification is not None:
                yield Message(due, group, flushed.notification)
        self._forget_old(until)

    def _merge(
        self,
        ref: GroupRef,
        arrivals: list[Arrival],
        recoveries: list[Recovery],
        now: float,
        *,
        kind: Kind = "group",
    ) -> None:
        merged = merge(self._groups.get(ref.key), ref, arrivals, recoveries, now=now, kind=kind)
        if merged is None:
            return
        before = self._groups.get(ref.key)
        self._keep(merged, now)
        if before is None or before.generation != merged.generation:
            self._timers.set(merged)

    def _keep(self, group: Group, now: float) -> None:
        self._groups[group.key] = group
        self._used[group.key] = now

    def _note(self, key: str, sources: Sources | None) -> None:
        if sources is not None:
            self._sources[key] = sources

    def _inhibited_at(self, now: float) -> Callable[[GroupMember], bool]:
        def inhibited(member: GroupMember) -> bool:
            found = (self._sources.get(key) for key in member.inhibitors)
            return any(sources is not None and sources.lasting(now) for sources in found)

        return inhibited

    def _forget_old(self, now: float) -> None:
        if now < self._looked + _LOOK_FOR_OLD:
            return
        self._looked = now
        at_rest = [
            key for key, used in self._used.items() if max(used, self._groups[key].due or 0.0) + KEPT < now
        ]
        for key in at_rest:
            del self._groups[key], self._used[key]
            self._timers.forget(key)
        for key in [key for key, sources in self._sources.items() if not sources.lasting(now)]:
            del self._sources[key]


def _never(_: GroupMember) -> bool:
    return False


def _no_links(_: Group, __: Notification) -> tuple[Link, ...]:
    return ()
