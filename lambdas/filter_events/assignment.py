"""From the events of a batch to the items of the state table that they concern. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from eventcore.event import Event
from eventcore.grouping.arrival import Arrival
from eventcore.grouping.key import GroupRef, group_of, old_group_of
from eventcore.identity import document_time
from eventcore.rules import Ruleset
from eventcore.rules.matched_route import MatchedRoute
from lambdas.common.records import Received
from lambdas.filter_events.source_task import SourceTask
from lambdas.filter_events.tasks import GroupTask, OldTask, Task


class Assignment(NamedTuple):
    """What is to be done."""

    tasks: tuple[Task, ...]
    """By one for each item. Sources come first: a group with no `group_wait` is told at once, and asks for
    them."""
    grouped: frozenset[str]
    """Ids of the records whose event belongs to a group."""
    dropped: int
    """Events that the rules drop."""


def assign(events: Sequence[Received], rules: Ruleset, *, now: float) -> Assignment:
    """Find the items that the events of a batch concern.

    Args:
        events: of one batch, in any order.
        rules: that say whom to tell of what.
        now: seconds since the epoch, by which events are old or not.
    """
    assigning = _Assigning(rules, now)
    for received in events:
        assigning.add(received)
    return assigning.done()


class _Late(NamedTuple):
    """An event that is too old to be told by itself."""

    own: str
    """Key of the group that it would be in."""
    route: MatchedRoute
    arrival: Arrival
    received: Received


class _Assigning:
    """Tasks by key, as they come together."""

    def __init__(self, rules: Ruleset, now: float) -> None:
        self._rules = rules
        self._oldest = now - rules.notify_max_age
        self._sources: dict[str, SourceTask] = {}
        self._groups: dict[str, GroupTask] = {}
        self._late: list[_Late] = []
        self._grouped: set[str] = set()
        self._dropped = 0

    def add(self, received: Received) -> None:
        """One more event."""
        event = self._rules.classify(received.event)
        if event is None:
            self._dropped += 1
            return
        for mark in self._rules.sources(event):
            self._source(mark.key).note(mark, event, received)
        if routes := self._rules.routes(event):
            self._grouped.add(received.record.id)
            self._arrive(event, routes, received)
        if recovery := self._rules.recovery(event):
            for key, source in self._rules.ended_sources(event):
                self._source(key).end(source, recovery.at, received)
            for ref in self._rules.recovery_groups(event):
                self._group(ref).recover(recovery, received)

    def done(self) -> Assignment:
        """All of them."""
        summaries: dict[str, OldTask] = {}
        for late in self._late:
            own = self._groups.get(late.own)
            if own is not None and own.has_newer(late.arrival.event):
                own.ask(late.received)  # what came with it tells more
                continue
            ref = old_group_of(late.route, self._rules.notify_max_age)
            task = summaries.setdefault(ref.key, OldTask(ref))
            task.arrive(late.own, late.arrival, late.received)
        return Assignment(
            tasks=(*self._sources.values(), *self._groups.values(), *summaries.values()),
            grouped=frozenset(self._grouped),
            dropped=self._dropped,
        )

    def _arrive(self, event: Event, routes: Sequence[MatchedRoute], received: Received) -> None:
        inhibitors = self._rules.inhibitors(event)
        old = document_time(event).timestamp() < self._oldest
        for route in routes:
            ref = group_of(route, event)
            arrival = Arrival(event, self._rules.ending(event, route), inhibitors)
            if old:
                self._late.append(_Late(ref.key, route, arrival, received))
                continue
            self._group(ref).arrive(arrival, received)

    def _group(self, ref: GroupRef) -> GroupTask:
        task = self._groups.get(ref.key)
        if task is None:
            task = self._groups[ref.key] = GroupTask(ref)
        return task

    def _source(self, key: str) -> SourceTask:
        return self._sources.setdefault(key, SourceTask(key))
