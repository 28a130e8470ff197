"""A group on its way through time: what comes to it, what its timer tells. Times are seconds from START."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from eventcore.event import Event
from eventcore.grouping.arrival import Arrival, Recovery, object_key
from eventcore.grouping.encoding import decode_group, encode_state
from eventcore.grouping.flush import flush
from eventcore.grouping.group import Ending, Group, GroupMember, Kind
from eventcore.grouping.key import GroupRef
from eventcore.grouping.merge import merge
from eventcore.notification import Notification
from eventcore.rules.matched_route import MatchedRoute
from tests.fixtures.events import event as plain_event

START = datetime(2026, 11, 21, 2, 0, 0, tzinfo=UTC)
NOW = START.timestamp()

ROUTE = MatchedRoute(
    route="route.routes[0]",
    identity="4f1c",
    receiver="sre",
    group_by=("cluster.name", "involvedObject.namespace", "reason"),
    group_wait=30.0,
    group_interval=300.0,
    repeat_interval=14_400.0,
)

REF = GroupRef(
    "group#sre#0123",
    ROUTE,
    (("cluster.name", "prod-eu"), ("involvedObject.namespace", "shop"), ("reason", "BackOff")),
)

QUIET = Ending(quiet=600.0)
RECOVERS = Ending(recovers=True)
MOMENT = Ending()

_PLAIN = plain_event()


def happened(uid: str = "a", *, count: int = 1, at: float = 0.0, **changes: Any) -> Event:
    """An event of Pod shop/web-<uid>; `changes` are those of Event, and name, namespace and kind."""
    involved = {
        name: changes.pop(name) for name in ("name", "namespace", "kind", "labels") if name in changes
    }
    time = START + timedelta(seconds=at)
    return replace(
        _PLAIN,
        metadata=replace(
            _PLAIN.metadata,
            uid=uid,
            resource_version=f"{count}-{at:g}",
            creation_timestamp=min(START, time),
        ),
        received_at=time,
        written_at=None,
        involved_object=replace(_PLAIN.involved_object, **{"name": f"web-{uid}"} | involved),
        count=count,
        first_seen=min(START, time),
        last_seen=time,
        **changes,
    )


def arrives(
    uid: str = "a",
    *,
    ending: Ending = QUIET,
    inhibitors: tuple[str, ...] = (),
    known: int = 0,
    **changes: Any,
) -> Arrival:
    """The same as an arrival."""
    return Arrival(happened(uid, **changes), ending, inhibitors, known)


def recovers(uid: str = "a", *, at: float, problem: str = "BackOff") -> Recovery:
    """A sign that the problem of Pod shop/web-<uid> is over."""
    return Recovery(object_key(happened(uid)), frozenset({problem}), NOW + at)


MOST_WAKE_UPS = 20_000


class Message(NamedTuple):
    """What was told, and when."""

    at: float
    told: Notification


class Play:
    """One group. The table's bytes are between any two steps."""

    def __init__(self, ref: GroupRef = REF, *, kind: Kind = "group", **route: Any) -> None:
        self.ref = ref._replace(route=replace(ref.route, **route))
        self.kind: Kind = kind
        self.state: bytes | None = None
        self.messages: list[Message] = []
        self.wake_ups: list[float] = []
        """When the timer fired."""
        self.silenced: Callable[[GroupMember], bool] = lambda _: False
        self.inhibited: Callable[[GroupMember], bool] = lambda _: False
        self.send_resolved = True

    @property
    def group(self) -> Group | None:
        """As it lies in the table."""
        return None if self.state is None else decode_group(self.state)

    @property
    def known(self) -> Group:
        """The same, where there has to be one."""
        group = self.group
        assert group is not None
        return group

    def merge(self, *arrivals: Arrival, at: float = 0.0, over: tuple[Recovery, ...] = ()) -> Group | None:
        """A batch, when the clock has come so far: what is due before is told before."""
        self.run(until=at)
        before = self.group
        merged = merge(before, self.ref, arrivals, over, now=NOW + at, kind=self.kind)
        if merged is not None:
            timer = None if before is None else (before.generation, before.due)
            same = timer == (merged.generation, merged.due)
            assert same == (timer is not None and timer[0] == merged.generation)
            self.state = encode_state(merged)
        return merged

    def run(self, *, until: float = 10 * 86_400.0) -> None:
        """Let the timer fire whenever it is due before `until`."""
        while (group := self.group) is not None and group.due is not None and group.due < NOW + until:
            self.fire(at=group.due - NOW)
            assert len(self.wake_ups) < MOST_WAKE_UPS, "the timer never comes to rest"

    def fire(self, *, at: float) -> Notification | None:
        """The timer fires now."""
        flushed = flush(
            self.known,
            now=NOW + at,
            silenced=self.silenced,
            inhibited=self.inhibited,
            send_resolved=self.send_resolved,
            links=lambda _, __: (),
        )
        assert flushed.group.generation == self.known.generation + 1
        assert flushed.group.due is None or flushed.group.due > NOW + at, "the timer does not advance"
        self.state = encode_state(flushed.group)
        self.wake_ups.append(at)
        if flushed.notification:
            self.messages.append(Message(at, flushed.notification))
        return flushed.notification

    def told(self) -> list[tuple[float, str, int, int]]:
        """When, whether it goes on, how many events, on how many objects."""
        return [(round(at, 2), told.status, told.events, told.objects) for at, told in self.messages]
