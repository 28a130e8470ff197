"""Who gives way when a group is full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from eventcore.event import SEVERITIES
from eventcore.grouping.group import MAX_MEMBERS, GroupMember


class Placed(NamedTuple):
    """Who is in, who had to go for it, and how many were to be told and are not remembered."""

    entering: list[GroupMember]
    leaving: list[str]
    overflow: int


def place(
    strangers: Iterable[GroupMember], members: Iterable[GroupMember], *, taken: int, now: float
) -> Placed:
    """Find room for strangers among members.

    First go those that nobody waits for (told, and not going on), last heard of longest ago; then those that
    wait to be told and are less severe than the stranger, which are then only counted. A problem that was
    told and goes on stays, or its end would never be told.
    """
    waiting = sorted(strangers, key=lambda stranger: SEVERITIES.index(stranger.severity))
    room = MAX_MEMBERS - taken
    entering, beyond = waiting[:room], waiting[room:]
    leaving: list[str] = []
    overflow = 0
    candidates = _candidates(members, now) if beyond else iter(())
    candidate = next(candidates, None)
    for stranger in beyond:
        if candidate is not None and (_is_spent(candidate, now) or _is_worse(stranger, candidate)):
            overflow += not _is_spent(candidate, now)
            leaving.append(candidate.uid)
            entering.append(stranger)
            candidate = next(candidates, None)
        else:
            overflow += 1
    return Placed(entering, leaving, overflow)


def _candidates(members: Iterable[GroupMember], now: float) -> Iterator[GroupMember]:
    spent, waiting = [], []
    for member in members:
        if _is_spent(member, now):
            spent.append(member)
        elif member.announced is None:
            waiting.append(member)
    yield from sorted(spent, key=lambda member: member.heard)
    yield from sorted(waiting, key=lambda member: -SEVERITIES.index(member.severity))


def _is_spent(member: GroupMember, now: float) -> bool:
    """Nobody waits for it: told or settled as it is, and not going on."""
    if member.fresh or (member.announced is not None and member.ended is not None):
        return False
    return not member.is_open(now)


def _is_worse(one: GroupMember, other: GroupMember) -> bool:
    return SEVERITIES.index(one.severity) < SEVERITIES.index(other.severity)
