"""Events join their group: its members in their newest state, and its timer set if there is news.

The same events twice, or in another order, give the same members. What filter_events writes; `flush` is what
notify does when the timer fires.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from eventcore.event import Event
from eventcore.grouping.arrival import Arrival, Recovery
from eventcore.grouping.group import MAX_MEMBERS, MAX_VALUE, Group, GroupMember, Kind
from eventcore.grouping.key import GroupRef
from eventcore.grouping.member import member_of, uid_of
from eventcore.grouping.room import place
from eventcore.grouping.timer import first_look
from eventcore.identity import document_time, observation_id
from eventcore.limits import cut


def merge(
    group: Group | None,
    ref: GroupRef,
    arrivals: Sequence[Arrival],
    recoveries: Sequence[Recovery],
    *,
    now: float,
    kind: Kind = "group",
) -> Group | None:
    """The group with these arrivals, and after them these recoveries; None: nothing changed.

    Its generation is another one if, and only if, its timer is.

    Args:
        group: as it was, None if there is none yet. It is not changed.
        ref: its key, its route as the rules have it now, and the values it groups by.
        arrivals: events of the group, in any order.
        recoveries: what may end problems in it.
        now: seconds since the epoch.
        kind: `old` for a receiver's summary of old events, in which nothing ever ends.
    """
    before = group.members if group else {}
    touched: dict[str, GroupMember] = {}
    for arrival in arrivals:
        _arrive(arrival, before, touched, now=now, kind=kind)
    members = {**before, **touched}
    overflow = 0
    if len(members) > MAX_MEMBERS and len(members) > len(before):
        members, overflow = _make_room(before, touched, now)
    if recoveries and kind == "group":
        _recover(recoveries, members, touched)
    known_overflow = group.overflow if group else 0
    if not touched and overflow <= known_overflow:
        return None
    merged = Group(
        key=ref.key,
        route=ref.route,
        created=now,
        kind=kind,
        values=tuple((field, cut(value, MAX_VALUE).text) for field, value in ref.values),
        members=members,
        overflow=max(overflow, known_overflow),
    )
    if group is not None:
        merged.created, merged.generation, merged.due = group.created, group.generation, group.due
        merged.flushed, merged.told_at, merged.held = group.flushed, group.told_at, group.held
        merged.outgoing = group.outgoing
    _set_timer(merged, touched.values(), group, now=now)
    return merged


def known_count(group: Group | None, event: Event) -> int:
    """How often the group knows this Event object to have happened."""
    member = group.members.get(uid_of(event)) if group else None
    return member.count if member else 0


def _arrive(
    arrival: Arrival,
    before: Mapping[str, GroupMember],
    touched: dict[str, GroupMember],
    *,
    now: float,
    kind: Kind,
) -> None:
    event = arrival.event
    uid = uid_of(event)
    known = touched.get(uid) or before.get(uid)
    if known is not None and not _is_newer(event, known):
        return
    member = member_of(arrival, now=now, kind=kind)
    touched[uid] = member if known is None else _remembering(known, member)


def _is_newer(event: Event, known: GroupMember) -> bool:
    """Counts only grow; of states with the same one, which there may be, any order that is one will do."""
    if event.count != known.count:
        return event.count > known.count
    return (document_time(event).timestamp(), observation_id(event)) > (known.last_seen, known.observation)


def _remembering(known: GroupMember, member: GroupMember) -> GroupMember:
    """The new state, with what was told of the old ones."""
    happened = member.count > known.count
    member.told, member.announced = known.told, known.announced
    member.settled = max(known.settled, member.settled)
    member.heard = member.heard if happened else known.heard
    over = known.ended is not None and not (
        happened and (not known.recovered or member.last_seen > known.ended)
    )
    if over:
        member.ended, member.recovered = known.ended, known.recovered
    return member


def _make_room(
    before: Mapping[str, GroupMember], touched: dict[str, GroupMember], now: float
) -> tuple[dict[str, GroupMember], int]:
    """The members that the group can hold, and how many it cannot; `touched` loses those that it cannot."""
    known = {uid: touched.get(uid, member) for uid, member in before.items()}
    strangers = [member for uid, member in touched.items() if uid not in before]
    placed = place(strangers, known.values(), taken=len(known), now=now)
    for uid in placed.leaving:
        del known[uid]
    members = known | {member.uid: member for member in placed.entering}
    for uid in touched.keys() - members.keys():
        del touched[uid]
    return members, placed.overflow


def _recover(
    recoveries: Iterable[Recovery], members: dict[str, GroupMember], touched: dict[str, GroupMember]
) -> None:
    for recovery in recoveries:
        for uid, member in members.items():
            if _ends(recovery, member):
                touched[uid] = members[uid] = replace(member, ended=recovery.at, recovered=True)


def _ends(recovery: Recovery, member: GroupMember) -> bool:
    return (
        member.reason in recovery.problems
        and member.ended is None
        and member.ending.comes
        and recovery.at >= member.last_seen
        and recovery.object == f"{member.cluster}/{member.kind}/{member.namespace}/{member.name}"
    )


def _set_timer(group: Group, touched: Iterable[GroupMember], before: Group | None, *, now: float) -> None:
    """Only what has changed can need an earlier timer than the one that is set.

    As in Alertmanager, a new group waits for group_wait and a later one for group_interval since it was last
    looked at. Its groups are gone once nothing fires, and wait for group_wait again: so does one at rest.
    """
    route = group.route
    if group.held is not None and group.due is not None and before is not None and before.route == route:
        return  # until its mute time is over there is nobody to tell
    wait = route.group_wait if group.due is None else min(route.group_wait, route.group_interval)
    not_before = now if group.flushed is None else group.flushed + route.group_interval
    look = first_look(group, touched, news_at=now + wait, not_before=not_before, now=now)
    if group.overflow:
        news_at = round(max(now + wait, not_before), 3)
        look = news_at if look is None else min(look, news_at)
    if look is None or (group.due is not None and (look >= group.due or _has_news(before))):
        return
    group.due = look
    group.generation += 1


def _has_news(group: Group | None) -> bool:
    """Whether its timer is one for news, with which more of it waits. One of a mute time is not."""
    if group is None or group.held is not None:
        return False
    return group.overflow > 0 or any(member.is_news for member in group.members.values())
