"""Composes the neutral notification of one event for one receiver."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from eventcore.event import Event
from eventcore.identity import observation_id
from eventcore.notification import Fact, Member, Notification
from eventcore.rules.matched_route import MatchedRoute

_ID_CHARACTERS = 32
"""Half of a SHA-256 in hex: 128 bits tell all notifications apart."""


def notification_for(event: Event, matched_route: MatchedRoute) -> Notification:
    """What `matched_route` tells of `event`. The same two give the same notification, also its id."""
    observation = observation_id(event)
    involved = event.involved_object
    return Notification(
        id=_notification_id(observation, matched_route),
        receiver=matched_route.receiver,
        route=matched_route.route,
        cluster=event.cluster.name,
        title=f"{event.reason or event.type or 'Event'}: {_subject(event)} ({event.cluster.name})",
        severity=event.severity,
        first_seen=event.first_seen,
        last_seen=event.last_seen,
        events=event.count,
        objects=1,
        members=(
            Member(
                uid=event.metadata.uid,
                observation=observation,
                severity=event.severity,
                count=event.count,
                first_seen=event.first_seen,
                last_seen=event.last_seen,
                type=event.type,
                reason=event.reason,
                message=event.message,
                kind=involved.kind,
                namespace=involved.namespace,
                name=involved.name,
                node=event.node,
            ),
        ),
        facts=tuple(Fact(name, value) for name, value in _facts(event) if value),
    )


def _notification_id(observation: str, matched_route: MatchedRoute) -> str:
    """NUL separates: no name of a receiver or a route has one, and the observation comes last."""
    identity = "\0".join((matched_route.receiver, matched_route.route, observation))
    return sha256(identity.encode()).hexdigest()[:_ID_CHARACTERS]


def _subject(event: Event) -> str:
    """`Pod shop/web-1`, or what is there of it."""
    involved = event.involved_object
    name = "/".join(part for part in (involved.namespace, involved.name) if part)
    return " ".join(part for part in (involved.kind, name) if part) or "an object without a name"


def _facts(event: Event) -> Iterator[tuple[str, str]]:
    yield "Cluster", event.cluster.name
    yield "Object", _subject(event)
    yield "Node", event.node if event.involved_object.kind != "Node" else ""
    yield "Reason", event.reason
    yield "Type", event.type
    yield "Reported by", event.source.component
