"""Messages as they would be, about things that never happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from secrets import token_hex

import msgspec

from eventcore.grouping.compose import Aside, Told, compose
from eventcore.grouping.digest import flush_digest, join
from eventcore.grouping.group import Group, GroupMember
from eventcore.notification import Fact, Notification
from eventcore.rules.matched_route import MatchedRoute

MARK = "Test: "
"""Begins every title."""

_CLUSTER = "example"
_NODE = "ip-10-0-1-7.eu-central-1.compute.internal"


@dataclass(frozen=True)
class Example:
    """What it shows, and how its notification is made from a receiver's name and the time (seconds)."""

    about: str
    make: Callable[[str, float], Notification]


def notification_of(example: str, *, receiver: str, now: float) -> Notification:
    """A new one: each has an id of its own, so that sent twice it is told twice.

    Args:
        example: one of EXAMPLES.
        receiver: whom it is for.
        now: seconds since the epoch.
    """
    made = EXAMPLES[example].make(receiver, now)
    return msgspec.structs.replace(
        made,
        id=token_hex(16),
        title=MARK + made.title,
        facts=(*made.facts, Fact("Test", "sent by kube-events send; nothing of this has happened")),
    )


def _oom_killed(receiver: str, now: float) -> Notification:
    container = _member(
        "checkout-5d8f9c7b6d-x2x7q",
        "OOMKilled",
        now,
        message="Container app of Pod checkout-5d8f9c7b6d-x2x7q was killed for lack of memory (OOMKilled): "
        "exit code 137 (SIGKILL), memory limit 256Mi, ran for 2h10m, restart count 4",
        component="kube-events-exporter",
    )
    return _told(receiver, now, [container])


def _crash_loop(receiver: str, now: float) -> Notification:
    crashing = [
        _member(
            f"checkout-5d8f9c7b6d-{end}",
            "BackOff",
            now,
            count=count,
            minutes=18,
            message=f"Back-off restarting failed container app in pod checkout-5d8f9c7b6d-{end}_shop",
        )
        for end, count in (("x2x7q", 57), ("9kq4d", 41), ("m7hzr", 12))
    ]
    return _told(receiver, now, crashing)


def _node_not_ready(receiver: str, now: float) -> Notification:
    return _told(receiver, now, [_node(now)])


def _resolved(receiver: str, now: float) -> Notification:
    node = _node(now, minutes=12)
    node = msgspec.structs.replace(node, told=node.count, announced=node.severity, ended=now)
    return _told(receiver, now, [node], over=True)


def _digest(receiver: str, now: float) -> Notification:
    digest = None
    for each in (_oom_killed, _crash_loop, _node_not_ready, _unschedulable):
        digest = join(digest, each(receiver, now), receiver=receiver, due=now, now=now - 40) or digest
    told = flush_digest(digest, now=now).notification if digest else None
    assert told is not None  # noqa: S101 - it holds four
    return told


def _unschedulable(receiver: str, now: float) -> Notification:
    message = "0/12 nodes are available: 12 Insufficient memory. preemption: 0/12 nodes are available"
    waiting = [
        _member(
            f"report-{number}",
            "FailedScheduling",
            now,
            message=message,
            component="default-scheduler",
            node="",
        )
        for number in range(1, 9)
    ]
    return _told(receiver, now, waiting)


EXAMPLES: Mapping[str, Example] = {
    "oomkilled": Example("a container that was over its memory limit", _oom_killed),
    "crashloop": Example("three Pods of one Deployment that crash again and again", _crash_loop),
    "node-not-ready": Example("a node that is gone", _node_not_ready),
    "resolved": Example("the same node, back again: the end of what was told before", _resolved),
    "digest": Example("four groups in one message, as when the channel takes no more at once", _digest),
}


def _node(now: float, *, minutes: float = 1) -> GroupMember:
    return msgspec.structs.replace(
        _member(
            _NODE,
            "NodeNotReady",
            now,
            minutes=minutes,
            message=f"Node {_NODE} status is now: NodeNotReady",
            component="node-controller",
        ),
        kind="Node",
        namespace="",
        severity="critical",
    )


def _member(
    name: str,
    reason: str,
    now: float,
    *,
    message: str,
    count: int = 1,
    minutes: float = 1,
    component: str = "kubelet",
    node: str = _NODE,
) -> GroupMember:
    uid = f"example-{reason}-{name}"
    return GroupMember(
        uid=uid,
        observation=f"{_CLUSTER}:{uid}:1",
        cluster=_CLUSTER,
        severity="high",
        count=count,
        first_seen=now - minutes * 60,
        last_seen=now,
        heard=now,
        type="Warning",
        reason=reason,
        message=message,
        component=component,
        kind="Pod",
        namespace="shop",
        name=name,
        node=node,
    )


def _told(receiver: str, now: float, members: list[GroupMember], *, over: bool = False) -> Notification:
    route = MatchedRoute(
        route="kube-events send",
        identity="",
        receiver=receiver,
        group_by=("cluster.name", "reason"),
        group_wait=30,
        group_interval=300,
        repeat_interval=14_400,
    )
    group = Group(
        key=f"example#{members[0].reason}",
        route=route,
        created=now,
        values=(("cluster.name", _CLUSTER), ("reason", members[0].reason)),
        members={member.uid: member for member in members},
    )
    return compose(group, [Told(each, over) for each in members], resolved=over, aside=Aside(), now=now)
