"""What a run has to end with, worked out from the states of the cluster and the rules alone.

Nothing here merges, waits or tells: it only knows that of every Event object each receiver has to hear of the
highest count, once for each group in which the rules put it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from eventcore.event import Event
from eventcore.grouping.arrival import Recovery, object_key
from eventcore.grouping.key import group_of
from eventcore.identity import document_time, observation_id
from eventcore.normalise import normalise
from eventcore.rules import Ruleset


class Place(NamedTuple):
    """An Event object in one of a receiver's groups."""

    receiver: str
    group: str
    """Key of the group."""
    uid: str


class Wanted(NamedTuple):
    """What the rules ask for."""

    counts: Mapping[Place, int]
    """How often each Event object happened."""
    may_be_over: frozenset[Place]
    """Problems that another event says to be over: they need not be told, if that was known in time."""

    def of(self, receiver: str) -> int:
        """Events that the receiver is to hear of."""
        return sum(count for place, count in self.counts.items() if place.receiver == receiver)


def stored_events(
    states: Iterable[object], rules: Ruleset, *, cluster: str, received_at: datetime
) -> dict[str, Event]:
    """The observations that are to be stored, by the id of their document, each as the rules classify it.

    Args:
        states: decoded core/v1 Events, each one a state that an exporter could see; a repeat changes nothing.
        rules: the same compiled rules that the functions load.
        cluster: name that the exporter reports.
        received_at: only dates an event that has no time at all.
    """
    events = (normalise(state, cluster=cluster, received_at=received_at) for state in states)
    return {observation_id(event): event for event in map(rules.classify, events) if event is not None}


def wanted(events: Collection[Event], rules: Ruleset) -> Wanted:
    """What has to be told of these events, in whatever order and however often they came."""
    counts: Counter[Place] = Counter()
    newest: dict[Place, Event] = {}
    for event in events:
        for route in rules.routes(event):
            place = Place(route.receiver, group_of(route, event).key, event.metadata.uid)
            counts[place] = max(counts[place], event.count)
            newest[place] = max(
                newest.get(place, event), event, key=lambda each: (each.count, each.last_seen)
            )
    recoveries = [recovery for event in events if (recovery := rules.recovery(event))]
    over = (place for place, event in newest.items() if any(_ends(each, event) for each in recoveries))
    return Wanted(counts, frozenset(over))


def _ends(recovery: Recovery, event: Event) -> bool:
    return (
        event.reason in recovery.problems
        and object_key(event) == recovery.object
        and document_time(event).timestamp() <= recovery.at
    )
