"""The totals that are read off messages are those that the channels write."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from eventcore.notification import Member, Notification
from lambdas.notify.channels import chime_message, dingtalk_message, sns_message
from sandbox.receivers.totals import Total, total

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)

CHANNELS: dict[str, Callable[[Notification], str]] = {
    "dingtalk": lambda told: str(json.loads(dingtalk_message.render(told))["markdown"]["text"]),
    "chime": lambda told: str(json.loads(chime_message.render(told))["Content"]),
    "mail": sns_message.mail,
}


def member(uid: str, count: int, since: int | None = None) -> Member:
    return Member(
        uid=uid, observation=uid, severity="high", count=count, since=since, first_seen=AT, last_seen=AT
    )


def notification(*members: Member, events: int, objects: int, **more: Any) -> Notification:
    return Notification(
        id="n",
        receiver="ops",
        route="route",
        cluster="demo",
        title="BackOff: In all: 77 events on 9 objects",
        severity="high",
        first_seen=AT,
        last_seen=AT,
        events=events,
        objects=objects,
        members=members,
        **more,
    )


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    ("told", "says"),
    [
        (notification(member("a", 1), events=1, objects=1), Total(1)),
        (notification(member("a", 1200), events=1200, objects=1), Total(1200)),
        (notification(member("a", 12, 5), events=5, objects=1), Total(5)),
        (notification(member("a", 12, 1), events=1, objects=1), Total(1)),
        (notification(member("a", 12, 0), events=0, objects=1), Total(0)),
        (notification(member("a", 12, 0), events=0, objects=1, status="resolved"), Total(0)),
        (notification(member("a", 3), member("b", 4), events=7, objects=2), Total(7)),
        (notification(member("a", 3, 0), member("b", 4, 2), events=2, objects=2), Total(2)),
        (notification(member("a", 9), events=5000, objects=400, at_least=True), Total(5000, at_least=True)),
        (notification(member("a", 9), events=5000, objects=400, groups=40), Total(5000)),
    ],
    ids=[
        "one event",
        "one that repeated",
        "that repeated again",
        "once more",
        "told again",
        "over",
        "two",
        "two again",
        "more than it remembers",
        "a digest",
    ],
)
def test_a_message_says_how_many_events_it_is_about(channel: str, told: Notification, says: Total) -> None:
    assert total(CHANNELS[channel](told)) == says
