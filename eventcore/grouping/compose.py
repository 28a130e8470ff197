"""Composes the neutral notification of a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from eventcore.event import SEVERITIES
from eventcore.grouping.group import Group, GroupMember
from eventcore.grouping.message_id import message_id
from eventcore.grouping.telling import most_telling
from eventcore.grouping.wording import facts_of, moment, objects_of, title_of
from eventcore.limits import cut
from eventcore.notification import Fact, Member, Notification

MAX_TOLD = 20
"""Members that a message names. Channels show fewer; the totals say how many there are."""

MAX_TITLE = 500
"""Bytes. Names that Kubernetes takes need less; a reason may be anything."""


class Told(NamedTuple):
    """A member that is told."""

    member: GroupMember
    over: bool = False
    """Whether it has ended."""


class Aside(NamedTuple):
    """Objects of the group that the message is not about, and why."""

    silenced: int = 0
    inhibited: int = 0
    open: int = 0
    """Told before, and still going on."""


def compose(group: Group, told: Sequence[Told], *, resolved: bool, aside: Aside, now: float) -> Notification:
    """What the group's timer of its present generation tells. The same group gives the same id.

    Args:
        group: as it was before the timer fired.
        told: at least one member.
        resolved: whether it is the end of what was told before, and nothing else.
        aside: what is not told.
        now: seconds since the epoch.
    """
    members = [each.member for each in told]
    events = sum(member.fresh for member in members) + group.overflow
    at_least = group.overflow > 0
    clusters = {member.cluster for member in members}
    ranked = sorted(told, key=_rank)
    return Notification(
        id=message_id(group.key, group.created, group.generation),
        receiver=group.route.receiver,
        route=group.route.route,
        cluster=clusters.pop() if len(clusters) == 1 else "",
        title=cut(title_of(group, members, events=events, at_least=at_least), MAX_TITLE).text,
        severity=min((member.severity for member in members), key=SEVERITIES.index),
        first_seen=moment(min(_since(member) for member in members)),
        last_seen=moment(max(member.last_seen for member in members)),
        events=events,
        objects=len(objects_of(members)),
        members=tuple(_member(each) for each in ranked[:MAX_TOLD]),
        at_least=at_least,
        messages=most_telling(member for member, _ in ranked) if len(told) > 1 else (),
        status="resolved" if resolved else "firing",
        facts=tuple(Fact(name, value) for name, value in _facts(group, members, aside, now) if value),
    )


def _rank(told: Told) -> tuple[bool, int, int, float]:
    """What goes on before what is over, the worst first, then those that happened most often."""
    member = told.member
    return told.over, SEVERITIES.index(member.severity), -member.fresh, -member.last_seen


def _since(member: GroupMember) -> float:
    """When the first of what is told of it was seen, as far as that is known: nobody says when a repeat
    began, so of one that was told before it is the newest."""
    return member.last_seen if max(member.told, member.settled) else member.first_seen


def _member(told: Told) -> Member:
    member = told.member
    return Member(
        uid=member.uid,
        observation=member.observation,
        severity=member.severity,
        count=member.count,
        since=member.fresh if member.fresh != member.count else None,
        resolved=told.over,
        first_seen=moment(member.first_seen),
        last_seen=moment(member.last_seen),
        type=member.type,
        reason=member.reason,
        message=member.message,
        kind=member.kind,
        namespace=member.namespace,
        name=member.name,
        node=member.node,
    )


def _facts(
    group: Group, members: Sequence[GroupMember], aside: Aside, now: float
) -> Iterator[tuple[str, str]]:
    yield from facts_of(group, members)
    if group.held is not None:
        yield "Held back since", f"{moment(group.held):%Y-%m-%d %H:%M} UTC, by a mute time"
    yield "Going on", _objects(aside.open, "told before")
    yield "Silenced", _objects(aside.silenced, "")
    yield "Inhibited", _objects(aside.inhibited, "")


def _objects(number: int, which: str) -> str:
    if not number:
        return ""
    return f"{number:,} {'object' if number == 1 else 'objects'}{f' {which}' if which else ''}"
