"""The digest: what a receiver could not be told because its channel takes no more, in one message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from eventcore.event import SEVERITIES, Severity
from eventcore.grouping.group import Outgoing
from eventcore.grouping.message_id import message_id
from eventcore.grouping.timer import overdue
from eventcore.limits import cut
from eventcore.notification import Fact, Member, Notification, Part, Said, Status

MAX_PARTS = 40
"""Groups that a digest names; of the others it holds the sums."""

MAX_PART_TITLE = 200
"""Bytes of a group's title in it."""

MAX_MEMBERS = 20
"""Objects that it names."""

MAX_MESSAGES = 3
"""Messages that it quotes, of the MAX_HELD_MESSAGES that it counts."""

MAX_HELD_MESSAGES = 20

MAX_TOLD = 500
"""Ids of what it has told. The ledger of deliveries is what recognises a second copy; these are for the one
that comes when a function died between the two."""

MAX_JOINED = 10_000
"""Ids of what it holds: 160 KB, of the 400 that DynamoDB takes. More than that many messages within one
lock-out of a channel are held all the same; a second copy of them is then the ledger's to recognise."""


class Digest(Struct, kw_only=True, omit_defaults=True):
    """A receiver's digest. What it holds is in `joined` and the fields below it; the sums are exact."""

    key: str
    """Of its item in the table."""
    receiver: str
    created: float
    generation: int = 0
    """Of its timer, as a group's."""
    due: float | None = None
    """When it is to be told; None: it holds nothing."""
    flushed: float | None = None
    """When it was last told."""
    reminded: float | None = None
    """When its wake-up was sent once more, since it should have come long ago."""
    joined: list[bytes] = []
    """Ids of the notifications that it holds."""
    told: list[bytes] = []
    """Ids of those that it has told, oldest first."""
    since: float | None = None
    """When it began to hold something."""
    groups: int = 0
    events: int = 0
    objects: int = 0
    at_least: bool = False
    firing: int = 0
    """How many of the groups' messages were not about an end."""
    severity: Severity = "low"
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    clusters: list[str] = []
    routes: list[str] = []
    parts: list[Part] = []
    members: list[Member] = []
    messages: list[Said] = []
    only: Notification | None = None
    """The one that it holds, if it is but one."""
    outgoing: Outgoing | None = None


class FlushedDigest(NamedTuple):
    """The digest after its timer fired, and what to tell; None: it held nothing."""

    digest: Digest
    notification: Notification | None


def digest_key(receiver: str) -> str:
    """Of the item of this receiver's digest."""
    return f"digest#{receiver}"


def knows_id(digest: Digest | None, notification_id: str) -> bool:
    """Whether the digest holds this notification, or has told it."""
    if digest is None:
        return False
    known = _compact(notification_id)
    return known in digest.joined or known in digest.told


def join(
    digest: Digest | None, notification: Notification, *, receiver: str, due: float, now: float
) -> Digest | None:
    """The digest with this notification; None: nothing changed, since it knows it.

    Args:
        digest: as it was, None if there is none yet. It is not changed.
        notification: what cannot be told now.
        receiver: whose digest.
        due: when there is room, if the digest does not wait for that already. Its generation changes only
            with its timer; another `reminded` says that the timer's wake-up has to be sent again, as it was.
        now: seconds since the epoch.
    """
    if knows_id(digest, notification.id):
        return None
    before = digest or Digest(key=digest_key(receiver), receiver=receiver, created=now)
    waits = before.due is not None
    lost = overdue(before.due if before.reminded is None else before.reminded, now)
    return replace(
        before,
        generation=before.generation + (not waits),
        due=before.due if waits else round(due, 3),
        reminded=now if lost else before.reminded,
        joined=[*before.joined, _compact(notification.id)][-MAX_JOINED:],
        since=now if before.since is None else before.since,
        groups=before.groups + notification.groups,
        events=before.events + notification.events,
        objects=before.objects + notification.objects,
        at_least=before.at_least or notification.at_least,
        firing=before.firing + (notification.status == "firing"),
        severity=min(before.severity, notification.severity, key=SEVERITIES.index),
        first_seen=min(before.first_seen or notification.first_seen, notification.first_seen),
        last_seen=max(before.last_seen or notification.last_seen, notification.last_seen),
        clusters=_with(before.clusters, notification.cluster),
        routes=_with(before.routes, notification.route),
        parts=_worst([*before.parts, *_parts(notification)], MAX_PARTS),
        members=_top([*before.members, *notification.members]),
        messages=_telling([*before.messages, *notification.messages]),
        only=notification if before.groups == 0 else None,
    )


def postpone(digest: Digest, *, due: float) -> Digest:
    """The same with another timer: there was no room after all."""
    return replace(digest, generation=digest.generation + 1, due=round(due, 3), reminded=None)


def flush_digest(digest: Digest, *, now: float) -> FlushedDigest:
    """Everything that it holds as one notification, and the digest without it.

    The notification is also the digest's `outgoing`, under the generation whose timer fired. One that held a
    single notification tells that one, under an id of its own: the ledger knows the other id as merged.
    """
    emptied = Digest(
        key=digest.key,
        receiver=digest.receiver,
        created=digest.created,
        generation=digest.generation + 1,
        flushed=now,
        told=[*digest.told, *digest.joined][-MAX_TOLD:],
    )
    notification = _notification(digest, now)
    if notification is None:
        return FlushedDigest(emptied, None)
    return FlushedDigest(
        replace(emptied, outgoing=Outgoing(digest.generation, notification, now)),
        notification,
    )


def _notification(digest: Digest, now: float) -> Notification | None:
    identity = message_id(digest.key, digest.created, digest.generation)
    if digest.only is not None:
        return replace(digest.only, id=identity)
    if digest.first_seen is None or digest.last_seen is None:
        return None
    status: Status = "firing" if digest.firing else "resolved"
    clusters = ", ".join(digest.clusters[:3]) + (" and more" if len(digest.clusters) > 3 else "")
    at_least = "at least " if digest.at_least else ""
    return Notification(
        id=identity,
        receiver=digest.receiver,
        route=digest.routes[0] if len(digest.routes) == 1 else "several routes",
        cluster=digest.clusters[0] if len(digest.clusters) == 1 else "",
        title=f"{digest.groups} groups: {at_least}{digest.events:,} events on {digest.objects:,} objects"
        + (f" ({clusters})" if clusters else ""),
        severity=digest.severity,
        first_seen=digest.first_seen,
        last_seen=digest.last_seen,
        events=digest.events,
        objects=digest.objects,
        at_least=digest.at_least,
        members=tuple(digest.members),
        messages=tuple(digest.messages[:MAX_MESSAGES]),
        parts=tuple(digest.parts),
        groups=digest.groups,
        status=status,
        facts=tuple(Fact(name, value) for name, value in _facts(digest, clusters, now) if value),
    )


def _facts(digest: Digest, clusters: str, now: float) -> Iterator[tuple[str, str]]:
    waited = max(0.0, now - (now if digest.since is None else digest.since))
    yield "Clusters" if len(digest.clusters) > 1 else "Cluster", clusters
    yield "Put together", f"{digest.groups} messages of {waited:.0f} s: the channel takes no more at once"


def _compact(notification_id: str) -> bytes:
    """Our ids are hex; half as long as bytes. Any other is hashed to as much."""
    try:
        return bytes.fromhex(notification_id)
    except ValueError:
        return sha256(notification_id.encode()).digest()[:16]


def _with(names: list[str], name: str) -> list[str]:
    """Few are enough to know that there are several."""
    return names if not name or name in names or len(names) > 3 else [*names, name]


def _parts(notification: Notification) -> Iterable[Part]:
    if notification.parts:
        return notification.parts
    return (
        Part(
            id=notification.id,
            title=cut(notification.title, MAX_PART_TITLE).text,
            severity=notification.severity,
            events=notification.events,
            objects=notification.objects,
            at_least=notification.at_least,
            status=notification.status,
        ),
    )


def _worst(parts: Iterable[Part], limit: int) -> list[Part]:
    """What goes on before what is over, the worst first, then those with the most events."""
    return sorted(
        parts, key=lambda part: (part.status == "resolved", SEVERITIES.index(part.severity), -part.events)
    )[:limit]


def _top(members: Iterable[Member]) -> list[Member]:
    """As in a group's message. Of one Event object that two groups tell, one is enough."""
    by_uid = {member.uid: member for member in members}
    return sorted(
        by_uid.values(),
        key=lambda member: (
            member.resolved,
            SEVERITIES.index(member.severity),
            -(member.count if member.since is None else member.since),
        ),
    )[:MAX_MEMBERS]


def _telling(messages: Iterable[Said]) -> list[Said]:
    """Equal ones are one; the worst first, then those that most members say."""
    by_text: dict[str, Said] = {}
    for said in messages:
        known = by_text.get(said.message)
        by_text[said.message] = said if known is None else _both(known, said)
    worst = sorted(by_text.values(), key=lambda said: (SEVERITIES.index(said.severity), -said.members))
    return worst[:MAX_HELD_MESSAGES]


def _both(one: Said, other: Said) -> Said:
    return Said(
        message=one.message,
        members=one.members + other.members,
        severity=min(one.severity, other.severity, key=SEVERITIES.index),
    )
