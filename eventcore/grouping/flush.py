"""A group's timer fires: whom it tells what, and when it has to be looked at again.

Follows Alertmanager's DedupStage.needsUpdate (notify/dedup_stage.go): tell if something fires that was not
told, if something told is over, or if the repeat interval has passed. docs/routing.md lists where events
differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from msgspec.structs import replace

from eventcore.event import SEVERITIES, Severity
from eventcore.grouping.compose import Aside, Told, compose
from eventcore.grouping.group import Group, GroupMember, Outgoing
from eventcore.grouping.timer import EARLY, first_look
from eventcore.grouping.wording import objects_of
from eventcore.notification import Link, Notification
from eventcore.rules.muting import muted_until


class Flushed(NamedTuple):
    """The group after its timer fired, with its next timer, and what to tell; None: nothing."""

    group: Group
    notification: Notification | None


def flush(
    group: Group,
    *,
    now: float,
    silenced: Callable[[GroupMember], bool],
    inhibited: Callable[[GroupMember], bool],
    send_resolved: bool,
    links: Callable[[Group, Notification], tuple[Link, ...]],
) -> Flushed:
    """What the group tells at `now`.

    The returned group has another generation, and the notification as its `outgoing` under the generation
    that fired. The group that was passed is not changed. A group whose route has a mute time now is held
    back: it tells nothing and settles nothing until that is over, then everything at once.

    Args:
        group: whose timer fired.
        now: seconds since the epoch.
        silenced: whether a silence holds for a member. Asked only of members that would be told.
        inhibited: whether a member's inhibitors last; asked likewise, of those that are not silenced.
        send_resolved: whether the receiver wants to know of an end.
        links: where to look further. It gets the group as it was.
    """
    until = muted_until(group.route, now)
    if until is not None:
        held = group.held if group.held is not None else now
        return Flushed(
            replace(group, generation=group.generation + 1, due=round(until, 3), held=held, flushed=now), None
        )
    sorting = _Sorting(group, now, silenced, inhibited, send_resolved)
    told = sorting.told()
    notification = None
    if told:
        notification = compose(
            group, told, resolved=sorting.only_ends(told), aside=sorting.aside(told), now=now
        )
        notification = replace(notification, links=links(group, notification))
    members = dict(group.members) | sorting.changed | {each.member.uid: _after(each, group) for each in told}
    after = replace(
        group,
        generation=group.generation + 1,
        due=None,
        flushed=now,
        held=None,
        members=members,
        overflow=0,
        told_at=now if told else group.told_at,
        outgoing=Outgoing(group.generation, notification, now) if notification else None,
    )
    interval = group.route.group_interval
    # A look of which nothing came, since a problem was heard of again, puts off no end.
    last = now if told or sorting.changed or after.told_at is None else after.told_at
    after.due = first_look(
        after, members.values(), news_at=now + interval, not_before=last + interval, now=now
    )
    return Flushed(after, notification)


class _Sorting:
    """Every member that somebody might be told of, by what becomes of it."""

    def __init__(
        self,
        group: Group,
        now: float,
        silenced: Callable[[GroupMember], bool],
        inhibited: Callable[[GroupMember], bool],
        send_resolved: bool,
    ) -> None:
        self._group = group
        self._now = now
        self._send_resolved = send_resolved
        self._news: list[GroupMember] = []
        """Reasons to tell."""
        self._repeats: list[GroupMember] = []
        """Told before, with a higher count: told along with news, or when it is time to repeat."""
        self._unchanged: list[GroupMember] = []
        """Told before and going on: told when it is time to repeat."""
        self._silenced: list[GroupMember] = []
        self._inhibited: list[GroupMember] = []
        self.changed: dict[str, GroupMember] = {}
        """Members that became others without being told."""
        for member in map(self._quiet, group.members.values()):
            goes_on = member.announced is not None and member.is_open(now)
            if not (member.is_news or member.fresh or goes_on):
                continue
            if silenced(member):
                self._mute(member, self._silenced)
            elif inhibited(member):
                self._mute(member, self._inhibited)
            else:
                self._sort(member)

    def told(self) -> list[Told]:
        """What the message is about; nothing: there is no reason for one."""
        group = self._group
        repeats = group.told_at is not None and (
            self._now + EARLY >= group.told_at + group.route.repeat_interval
        )
        members = self._news + self._repeats
        if repeats:
            members += self._unchanged
        elif not self._news:
            members = []
        if not members and group.overflow and not (self._silenced or self._inhibited):
            # There is somebody to tell of, and nobody left whom we know: tell it of those that we know.
            members = self._unchanged or list(group.members.values())
        return [Told(member, over=member.ended is not None) for member in members]

    def only_ends(self, told: Iterable[Told]) -> bool:
        """Whether the message says that what was told before is over, and nothing else."""
        return not self._group.overflow and all(
            each.over and each.member.announced is not None for each in told
        )

    def aside(self, told: Iterable[Told]) -> Aside:
        """The objects that the message is not about."""
        named = objects_of(each.member for each in told)
        going_on = objects_of(self._unchanged) - named
        return Aside(
            silenced=len(objects_of(self._silenced)),
            inhibited=len(objects_of(self._inhibited)),
            open=len(going_on),
        )

    def _quiet(self, member: GroupMember) -> GroupMember:
        """A problem of which there was no news for long enough is over."""
        quiet = member.ending.quiet
        if quiet is None or member.ended is not None or self._now + EARLY < member.heard + quiet:
            return member
        member = replace(member, ended=member.heard + quiet)
        self.changed[member.uid] = member
        return member

    def _mute(self, member: GroupMember, muted: list[GroupMember]) -> None:
        """A problem that goes on waits; of anything else nobody will be told."""
        muted.append(member)
        if not member.is_open(self._now):
            self._settle(member)

    def _settle(self, member: GroupMember) -> None:
        """Nobody is told of what it did so far. What nobody was ever told of is news if it comes again."""
        announced = member.announced
        if announced is not None:
            announced = None if member.ended is not None else _worst(announced, member.severity)
        self.changed[member.uid] = replace(member, settled=member.count, announced=announced)

    def _sort(self, member: GroupMember) -> None:
        if member.ended is not None and not self._tells_end(member):
            self._settle(member)
        elif member.is_news:
            self._news.append(member)
        elif member.fresh:
            self._repeats.append(member)
        else:
            self._unchanged.append(member)

    def _tells_end(self, member: GroupMember) -> bool:
        """Whether somebody is told of a problem that is over.

        One that recovered before it was told is not told, as in Alertmanager. One that was merely quiet until
        the timer fired is, and so is one that a mute time held back: it did happen, and nobody was told.
        """
        if member.announced is not None:
            return self._send_resolved
        return not member.recovered or self._group.held is not None


def _after(told: Told, group: Group) -> GroupMember:
    """The member as it is once it was told."""
    member = told.member
    goes_on = not told.over and group.kind == "group"
    announced = _worst(member.announced, member.severity) if goes_on else None
    return replace(member, told=member.count, announced=announced)


def _worst(announced: Severity | None, severity: Severity) -> Severity:
    """A problem that became less severe, and then as severe again, is no news."""
    return min(announced or severity, severity, key=SEVERITIES.index)
