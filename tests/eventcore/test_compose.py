"""Composing the notification of one event."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from eventcore.compose import notification_for
from eventcore.identity import observation_id
from eventcore.rules import MatchedRoute
from tests.fixtures.events import event, raw_event

ROUTE = MatchedRoute(
    route="route.routes[0]",
    receiver="ops-mail",
    group_by=("reason",),
    group_wait=30.0,
    group_interval=300.0,
    repeat_interval=14_400.0,
)


def test_a_notification_says_what_happened_where_and_how_often() -> None:
    notification = notification_for(event(), ROUTE)
    assert notification.title == "BackOff: Pod shop/web-1 (prod-eu)"
    assert (notification.receiver, notification.route) == ("ops-mail", "route.routes[0]")
    assert (notification.severity, notification.events, notification.objects) == ("high", 7, 1)
    (member,) = notification.members
    assert member.observation == observation_id(event())
    assert (member.node, member.count) == ("node-1.example.internal", 7)
    assert {fact.name: fact.value for fact in notification.facts} == {
        "Cluster": "prod-eu",
        "Object": "Pod shop/web-1",
        "Node": "node-1.example.internal",
        "Reason": "BackOff",
        "Type": "Warning",
        "Reported by": "kubelet",
    }


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"involvedObject": {"kind": "Node", "name": "node-1"}}, "BackOff: Node node-1 (prod-eu)"),
        ({"reason": None}, "Warning: Pod shop/web-1 (prod-eu)"),
        ({"reason": None, "type": None}, "Event: Pod shop/web-1 (prod-eu)"),
        ({"involvedObject": None}, "BackOff: an object without a name (prod-eu)"),
    ],
)
def test_a_title_leaves_out_what_the_event_lacks(changes: dict[str, object], title: str) -> None:
    assert notification_for(event(**changes), ROUTE).title == title


def test_the_same_observation_to_the_same_receiver_by_the_same_route_is_the_same_notification() -> None:
    notification = notification_for(event(), ROUTE)
    assert notification_for(event(), ROUTE) == notification
    assert len(notification.id) == 32


def test_another_state_receiver_or_route_is_another_notification() -> None:
    next_state = event(metadata=raw_event()["metadata"] | {"resourceVersion": "251"})
    ids = {
        notification_for(event(), ROUTE).id,
        notification_for(next_state, ROUTE).id,
        notification_for(event(), replace(ROUTE, receiver="sre")).id,
        notification_for(event(), replace(ROUTE, route="route.routes[1]")).id,
    }
    assert len(ids) == 4
