"""What comes to a group with a batch: events of its route, and signs that a problem is over."""

from __future__ import annotations

from typing import NamedTuple

from eventcore.event import Event
from eventcore.grouping.group import Ending


class Arrival(NamedTuple):
    """An event for a group."""

    event: Event
    ending: Ending = Ending()
    inhibitors: tuple[str, ...] = ()
    """Keys of the sources that mute it while they last."""
    known: int = 0
    """How many of its count somebody was told elsewhere: for the summary of old events, of which the event's
    own group may have told some when they were new (`merge.known_count`)."""


class Recovery(NamedTuple):
    """An event that says that problems of an object are over."""

    object: str
    """As `object_key` has it."""
    problems: frozenset[str]
    """Reasons of what is over."""
    at: float
    """When, in seconds since the epoch, by the time under which the event is filed."""


def object_key(event: Event) -> str:
    """`cluster/kind/namespace/name` of what the event is about. Not its uid: kubelet and node controller give
    a Node different ones."""
    involved = event.involved_object
    return f"{event.cluster.name}/{involved.kind}/{involved.namespace}/{involved.name}"
