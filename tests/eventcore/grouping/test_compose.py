"""What a group's message says."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from eventcore.grouping.arrival import Arrival
from eventcore.grouping.telling import fold, most_telling
from eventcore.identity import observation_id
from eventcore.notification import Notification
from tests.eventcore.grouping.play import MOMENT, START, Play, arrives, happened


def told(*arrivals: Arrival, **options: Any) -> Notification:
    """The first message of a group with these events."""
    play = Play(**options)
    play.merge(*arrivals)
    play.run(until=100)
    return play.messages[0].told


def facts(notification: Notification) -> dict[str, str]:
    return {fact.name: fact.value for fact in notification.facts}


def test_one_object_is_told_by_its_name() -> None:
    notification = told(arrives(count=7, at=600, severity="high"))
    assert notification.title == "BackOff: Pod shop/web-a (prod-eu)"
    assert (notification.receiver, notification.route) == ("sre", "route.routes[0]")
    assert (notification.cluster, notification.severity) == ("prod-eu", "high")
    assert (notification.events, notification.objects) == (7, 1)
    assert (notification.first_seen, notification.last_seen.minute) == (START, 10)
    [member] = notification.members
    assert member.observation == observation_id(happened(count=7, at=600))
    assert (member.count, member.since) == (7, None)
    assert facts(notification) == {
        "Cluster": "prod-eu",
        "Object": "Pod shop/web-a",
        "Node": "node-1.example.internal",
        "Reason": "BackOff",
        "Type": "Warning",
        "Reported by": "kubelet",
    }


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"kind": "Node", "namespace": "", "name": "node-1"}, "BackOff: Node node-1 (prod-eu)"),
        ({"reason": ""}, "Warning: Pod shop/web-a (prod-eu)"),
        ({"reason": "", "type": ""}, "Event: Pod shop/web-a (prod-eu)"),
        ({"kind": "", "namespace": "", "name": ""}, "BackOff: an object without a name (prod-eu)"),
    ],
)
def test_a_title_leaves_out_what_the_event_lacks(changes: dict[str, Any], title: str) -> None:
    assert told(arrives(**changes)).title == title


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ([{}, {}], "BackOff: 2 objects in shop (prod-eu)"),
        ([{}, {"name": "web-a"}], "BackOff: Pod shop/web-a (prod-eu)"),
        ([{}, {"reason": "Unhealthy"}], "BackOff and Unhealthy: 2 objects in shop (prod-eu)"),
        (
            [{}, {}, {"reason": "Unhealthy"}, {"reason": "Failed"}],
            "BackOff and 2 more reasons: 4 objects in shop (prod-eu)",
        ),
        ([{}, {"namespace": "pay"}], "BackOff: 2 objects in 2 namespaces (prod-eu)"),
        ([{"namespace": ""}, {"namespace": ""}], "BackOff: 2 objects on node-1.example.internal (prod-eu)"),
        ([{"namespace": "", "node": ""}, {"namespace": ""}], "BackOff: 2 objects (prod-eu)"),
    ],
)
def test_several_objects_are_told_by_what_they_have_in_common(
    changes: list[dict[str, Any]], title: str
) -> None:
    assert told(*(arrives("abcd"[at], **each) for at, each in enumerate(changes))).title == title


def test_objects_of_several_clusters_are_told_with_all_of_them() -> None:
    other = happened("b")
    notification = told(
        arrives("a"), Arrival(replace(other, cluster=replace(other.cluster, name="prod-us")), MOMENT)
    )
    assert notification.title == "BackOff: 2 objects in shop (prod-eu and prod-us)"
    assert notification.cluster == ""
    assert facts(notification)["Clusters"] == "prod-eu, prod-us"


def test_facts_are_what_all_members_share_and_what_the_group_is_made_by() -> None:
    play = Play()
    play.ref = play.ref._replace(values=(("involvedObject.labels.team", "payments"), ("severity", "high")))
    play.merge(arrives("a"), arrives("b", node="node-2"))
    play.run(until=100)
    assert facts(play.messages[0].told) == {
        "Cluster": "prod-eu",
        "Namespace": "shop",
        "Reason": "BackOff",
        "Type": "Warning",
        "Reported by": "kubelet",
        "Label team": "payments",
        "Severity": "high",
    }


def test_the_top_objects_are_the_worst_and_then_those_with_most_events() -> None:
    notification = told(
        arrives("rare", severity="medium", count=1),
        arrives("often", severity="medium", count=99),
        arrives("worst", severity="critical", count=1),
        *(arrives(f"other-{n}", severity="low") for n in range(30)),
    )
    assert [member.uid for member in notification.members][:3] == ["worst", "often", "rare"]
    assert len(notification.members) == 20
    assert (notification.severity, notification.events, notification.objects) == ("critical", 131, 33)


def test_a_later_message_counts_what_happened_since_the_one_before() -> None:
    play = Play(repeat_interval=600.0)
    play.merge(arrives(count=7, ending=MOMENT), at=0)
    play.merge(arrives(count=12, at=300, ending=MOMENT), at=300)
    play.run()
    notification = play.messages[1].told
    assert (notification.events, notification.members[0].count, notification.members[0].since) == (5, 12, 5)
    assert notification.id != play.messages[0].told.id


def test_the_same_timer_of_the_same_group_gives_the_same_notification() -> None:
    play = Play()
    play.merge(arrives("a"), arrives("b"))
    state = play.state
    first = play.fire(at=30)
    play.state = state
    assert play.fire(at=30) == first
    assert first is not None
    assert len(first.id) == 32


def test_the_message_of_a_timer_stays_with_the_group_until_the_next() -> None:
    play = Play()
    play.merge(arrives("a", ending=MOMENT))
    notification = play.fire(at=30)
    assert notification is not None
    assert play.known.outgoing is not None
    assert (play.known.outgoing.generation, play.known.outgoing.notification.id) == (1, notification.id)


def test_messages_that_differ_in_numbers_and_names_only_are_said_once() -> None:
    texts = [
        "0/12 nodes are available: 3 node(s) had untolerated taint, 9 Insufficient cpu.",
        "0/13 nodes are available: 4 node(s) had untolerated taint, 9 Insufficient cpu.",
        'Failed to pull image "registry.example/web:1.2"',
        'Failed to pull image "registry.example/api:3.4"',
        "Back-off restarting failed container app in pod web-m4_shop(41ebaa08-3e95-4447-aa65-9f4b1c19e71b)",
        "Back-off restarting failed container app in pod web-m5_shop(51ebaa08-3e95-4447-aa65-9f4b1c19e71c)",
        "node was low on resource",
        "",
    ]
    play = Play()
    play.merge(
        *(
            arrives(f"m{at}", message=text, severity="critical" if "low" in text else "medium")
            for at, text in enumerate(texts)
        )
    )
    said = most_telling(play.known.members.values())
    assert [(one.members, one.severity, one.message[:8]) for one in said] == [
        (1, "critical", "node was"),
        (2, "medium", "0/12 nod"),
        (2, "medium", "Failed t"),
    ]


def test_messages_that_say_different_things_stay_different() -> None:
    play = Play()
    play.merge(
        arrives("a", message="Liveness probe failed: connection refused"),
        arrives("b", message="Readiness probe failed: connection refused"),
    )
    assert len({fold(member) for member in play.known.members.values()}) == 2


def test_one_object_says_its_message_itself() -> None:
    assert told(arrives()).messages == ()
    assert len(told(arrives("a"), arrives("b")).messages) == 1


def test_a_summary_of_old_events_says_from_when_to_when() -> None:
    notification = told(arrives("a", count=400, at=600), arrives("b", count=12, at=6900), kind="old")
    assert notification.title == "412 events on 2 objects were not told in time (02:10–03:55)"
    days = told(arrives("a", at=-86_400 * 2), arrives("b"), kind="old")
    assert days.title == "2 events on 2 objects were not told in time (2026-11-19 02:00–2026-11-21 02:00)"
    one = told(arrives("a"), kind="old")
    assert one.title == "1 event on 1 object was not told in time (02:00)"
