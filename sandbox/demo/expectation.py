"""What a run has to end with, worked out from the states of the cluster and the rules alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from eventcore.compose import notification_for
from eventcore.event import Event
from eventcore.identity import observation_id
from eventcore.normalise import normalise
from eventcore.rules import Ruleset


class Told(NamedTuple):
    """One notification to one receiver."""

    receiver: str
    notification: str


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


def notifications(events: Iterable[Event], rules: Ruleset) -> frozenset[Told]:
    """Every notification that the rules ask for: one per event and route, recognised by its id."""
    return frozenset(
        Told(route.receiver, notification_for(event, route).id)
        for event in events
        for route in rules.routes(event)
    )
