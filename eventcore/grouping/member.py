"""An event becomes a member of a group: what is kept of it, held to a size that no text can exceed."""

from __future__ import annotations

from hashlib import sha256

from msgspec import json

from eventcore.event import Event
from eventcore.grouping.arrival import Arrival
from eventcore.grouping.group import MAX_MESSAGE, Ending, GroupMember, Kind
from eventcore.identity import document_time, observation_id
from eventcore.limits import cut

MAX_BYTES = 1500
"""Of a member's texts, as JSON has them: in a queue, a control character is six. 200 members with as much are
300 KB even where nothing can be compressed, so an item stays below DynamoDB's 400 KB whatever somebody writes
into events. Nearly all have less than 700."""

_SHORT = 100
"""Bytes of each text of a member that is still too large without its labels."""

_FEW = 10
"""Inhibitors of such a member. What is left out inhibits nothing, so that rather more is told than less."""

_MOMENT = Ending()


def member_of(arrival: Arrival, *, now: float, kind: Kind) -> GroupMember:
    """The member that the event is; what is too old to be told by itself never ends."""
    event = arrival.event
    involved = event.involved_object
    last_seen = document_time(event).timestamp()
    member = GroupMember(
        uid=uid_of(event),
        observation=observation_id(event),
        cluster=event.cluster.name,
        region=event.cluster.region,
        severity=event.severity,
        count=event.count,
        first_seen=min(event.first_seen.timestamp(), last_seen),
        last_seen=last_seen,
        heard=now,
        type=event.type,
        reason=event.reason,
        message=event.message[:MAX_MESSAGE],
        component=event.source.component,
        kind=involved.kind,
        namespace=involved.namespace,
        name=involved.name,
        node=event.node,
        labels=involved.labels,
        ending=arrival.ending if kind == "group" else _MOMENT,
        inhibitors=arrival.inhibitors,
        settled=arrival.known,
    )
    _hold_to_size(member)
    return member


def uid_of(event: Event) -> str:
    """By which a group knows an event's member. API servers make UUIDs; of anything longer, its hash."""
    uid = event.metadata.uid
    return uid if len(uid) <= _SHORT else sha256(uid.encode()).hexdigest()


def _texts(member: GroupMember) -> str:
    return (
        f"{member.uid}{member.observation}{member.cluster}{member.region}{member.type}{member.reason}{member.message}"
        f"{member.component}{member.kind}{member.namespace}{member.name}{member.node}{member.labels or ''}"
        f"{''.join(member.inhibitors)}"
    )


def _size(member: GroupMember) -> int:
    return len(json.encode(_texts(member)))


def _hold_to_size(member: GroupMember) -> None:
    """Labels go first, since only silences need them; then the end of every text."""
    if _size(member) <= MAX_BYTES:
        return
    member.labels = {}
    member.message = cut(member.message, MAX_MESSAGE).text
    if _size(member) <= MAX_BYTES:
        return
    for name in (
        "cluster",
        "region",
        "type",
        "reason",
        "component",
        "kind",
        "namespace",
        "name",
        "node",
        "message",
    ):
        setattr(member, name, cut(getattr(member, name), _SHORT).text)
    member.inhibitors = member.inhibitors[:_FEW]
