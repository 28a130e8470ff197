"""When a group has to be looked at again.

Alertmanager's group ticks every group_interval while it holds an alert (dispatch/dispatch.go,
aggrGroup.run). Here a tick costs an invocation, so there is one only where something can be due: news, a
repeat, or a problem that may have gone quiet.
"""

from __future__ import annotations

from collections.abc import Iterable

from eventcore.grouping.group import Group, GroupMember

EARLY = 1.0
"""Seconds by which a timer may fire before it is due: SQS delays by whole seconds, and clocks differ."""

OVERDUE = 600.0
"""Seconds after which a timer that has not fired may have lost its wake-up: somebody purged the queue."""


def overdue(due: float | None, now: float) -> bool:
    """Whether the wake-up of a timer should be sent once more, as it was: a second one does nothing."""
    return due is not None and now > due + OVERDUE


def first_look(
    group: Group, members: Iterable[GroupMember], *, news_at: float, not_before: float, now: float
) -> float | None:
    """When the first of these members of the group has to be looked at; None: none of them has to.

    Args:
        group: whose route and last message count.
        members: those that are to be asked.
        news_at: when news is to be told.
        not_before: the earliest that a timer of the group may fire.
        now: seconds since the epoch.
    """
    looks = [look for member in members if (look := _look_at(group, member, news_at, now)) is not None]
    return round(max(not_before, min(looks)), 3) if looks else None


def _look_at(group: Group, member: GroupMember, news_at: float, now: float) -> float | None:
    if member.is_news:
        return news_at
    if member.announced is None or group.told_at is None:
        return None
    goes_on = member.is_open(now)
    repeat = group.told_at + group.route.repeat_interval
    if repeat <= now + EARLY:
        repeat = news_at  # its time has come, and something mutes it
    if goes_on and member.ending.quiet is not None:
        return min(repeat, member.heard + member.ending.quiet)
    return repeat if goes_on or member.fresh else None
