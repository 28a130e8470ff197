"""What inhibits is remembered while it lasts, and no write is spent on what is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from eventcore.event import Event
from eventcore.grouping.encoding import decode_sources
from eventcore.grouping.sources import MAX_OBJECTS, Sources
from tests.lambdas.filter_events.events import NOW, crash, node_event
from tests.lambdas.filter_events.stage import Stage

INHIBIT = [
    {
        "source": {"reason": ["NodeNotReady"]},
        "target": {"involvedObject": {"kind": ["Pod"]}},
        "equal": ["cluster.name", "node"],
        "keep": "1h",
    }
]


@pytest.fixture(autouse=True)
def rules(stage: Stage) -> None:
    """A dead node mutes what dies with it; nobody is told of nodes themselves."""
    stage.rules = stage.rules_of(
        route={"routes": [{"match": {"involvedObject": {"kind": ["Node"]}}, "receiver": "sre-chime"}]},
        inhibit=INHIBIT,
    )


def sources(stage: Stage) -> Sources:
    """The only ones."""
    [item] = stage.items("source#").values()
    return decode_sources(item.state)


def dead(ago: float = 0.0) -> Event:
    return node_event("NodeNotReady", node="node-1.example.internal", ago=ago)


def alive(ago: float = 0.0) -> Event:
    return node_event("NodeReady", node="node-1.example.internal", ago=ago)


def test_a_source_lasts_for_as_long_as_the_rules_keep_it(stage: Stage) -> None:
    stage.handle(dead(ago=10))
    assert sources(stage).lasting(stage.clock.now + 3580)
    assert not sources(stage).lasting(stage.clock.now + 3590 + 3600 / 20)


def test_its_targets_know_by_which_key_they_are_muted(stage: Stage) -> None:
    stage.handle(dead(), crash())
    [item] = stage.items("source#").values()
    [member] = [m for group in stage.groups().values() for m in group.members.values() if m.kind == "Pod"]
    assert item.key in member.inhibitors


def test_it_is_written_before_the_groups(stage: Stage) -> None:
    # A group with no group_wait is told at once.
    keys: list[str] = []
    stage.dynamodb.meta.events.register(
        "provide-client-params.dynamodb.PutItem", lambda params, **_: keys.append(params["Item"]["pk"]["S"])
    )
    stage.handle(crash(), dead())
    assert [key.partition("#")[0] for key in keys] == ["source", "group", "group"]


def test_a_repeat_is_written_only_where_it_prolongs_enough(stage: Stage) -> None:
    for _ in range(40):
        stage.handle(dead(ago=NOW.timestamp() - stage.clock.now))
        stage.clock.advance(10)
    [item] = stage.items("source#").values()
    assert item.version <= 4


def test_a_recovery_ends_it(stage: Stage) -> None:
    stage.handle(dead(ago=60))
    stage.handle(alive(ago=10))
    assert not sources(stage).lasting(stage.clock.now)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_one_that_has_recovered_in_the_same_batch_does_not_last(stage: Stage, order: tuple[int, int]) -> None:
    events = [dead(ago=60), alive(ago=10)]
    stage.handle(*(events[at] for at in order))
    assert not sources(stage).lasting(stage.clock.now)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_one_that_came_back_after_a_recovery_lasts(stage: Stage, order: tuple[int, int]) -> None:
    events = [dead(ago=10), alive(ago=60)]
    stage.handle(*(events[at] for at in order))
    assert sources(stage).lasting(stage.clock.now)


def test_a_node_whose_clock_is_slow_ends_what_it_caused(stage: Stage) -> None:
    # GIVEN NodeNotReady of the node controller, and NodeReady of a kubelet whose clock is ten minutes late
    stage.handle(dead(ago=60))
    by_its_clock = NOW - timedelta(seconds=600)
    stage.handle(replace(alive(), first_seen=by_its_clock, last_seen=by_its_clock))
    # THEN it counts from when the API server made it, for what it inhibits and for who is told of it
    assert not sources(stage).lasting(stage.clock.now)
    [member] = [
        member
        for group in stage.groups().values()
        for member in group.members.values()
        if member.reason == "NodeNotReady"
    ]
    assert member.recovered


def test_one_that_has_recovered_is_not_revived_by_a_second_delivery(stage: Stage) -> None:
    stage.handle(dead(ago=60))
    stage.handle(alive(ago=10))
    before = stage.items("source#")
    assert stage.handle(dead(ago=60)) == []
    assert stage.items("source#") == before


def test_one_of_long_ago_is_not_remembered(stage: Stage) -> None:
    stage.handle(dead(ago=4000))
    assert stage.items("source#") == {}


def test_no_name_however_long_makes_more_than_the_table_takes(stage: Stage) -> None:
    # GIVEN a rule whose sources are all remembered together, and somebody who writes events by hand
    stage.rules = stage.rules_of(inhibit=[{**INHIBIT[0], "equal": []}])
    names = [f"{number:03}{'☃' * 300}" for number in range(MAX_OBJECTS + 50)]
    stage.handle(*(node_event("NodeNotReady", node=name) for name in names))
    [item] = stage.items("source#").values()
    assert len(decode_sources(item.state).objects) == MAX_OBJECTS
    assert len(item.state) < 100_000
    # THEN they are ended as any other
    stage.handle(*(node_event("NodeReady", node=name, ago=-1) for name in names))
    assert not sources(stage).lasting(stage.clock.now + 2)


def test_two_writers_lose_neither(stage: Stage) -> None:
    stage.before_write = lambda: stage.somebody_else(dead(ago=30))
    assert stage.handle(dead()) == []
    assert sources(stage).lasting(stage.clock.now + 3599)
