"""The function dies after any one of its calls to AWS; the records come again."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import asdict

from eventcore.event import Event
from eventcore.grouping.group import Group
from tests.lambdas.filter_events.events import crash, node_event
from tests.lambdas.filter_events.stage import Died, Stage

BATCH: list[Event] = [
    crash("web-1", count=3),
    crash("web-2"),
    crash("api-1", reason="Unhealthy"),
    crash("job-1", ago=4000),
    node_event("NodeNotReady", ago=20),
]
CALLS = ["BatchGetItem", "SendMessageBatch", *["PutItem"] * 5]
"""Of this batch: three groups, a summary of what is old, and a source of inhibition."""


@pytest.fixture(autouse=True)
def rules(stage: Stage) -> None:
    """Some that inhibit."""
    stage.rules = stage.rules_of(
        inhibit=[
            {"source": {"reason": ["NodeNotReady"]}, "target": {"reason": ["BackOff"]}, "equal": ["node"]}
        ]
    )


def held(stage: Stage) -> dict[str, dict[str, Any]]:
    """What the groups hold, but for the times at which it came."""
    return {key: _timeless(group) for key, group in stage.groups().items()}


def _timeless(group: Group) -> dict[str, Any]:
    members = {
        uid: asdict(member) | {"heard": 0, "inhibitors": set(member.inhibitors)}
        for uid, member in group.members.items()
    }
    return asdict(group) | {"members": members, "created": 0, "due": 0}


def test_an_undisturbed_batch_makes_these_calls(stage: Stage) -> None:
    stage.handle(*BATCH)
    assert stage.calls == CALLS


@pytest.mark.parametrize("after", range(1, len(CALLS) + 1))
def test_after_a_redelivery_the_groups_are_the_same_and_each_has_one_timer(stage: Stage, after: int) -> None:
    # GIVEN what the batch comes to where nobody dies
    stage.handle(*BATCH)
    undisturbed = held(stage)
    stage.empty_table()
    stage.calls.clear()
    # WHEN the function dies after one of its calls, and the batch comes again a moment later
    stage.dies_after = after
    with pytest.raises(Died):
        stage.handle(*BATCH)
    stage.clock.advance(1)
    assert stage.handle(*BATCH) == []
    # THEN
    assert held(stage) == undisturbed
    assert {key for key, _, _ in stage.valid_timers()} == undisturbed.keys()
    assert len(stage.valid_timers()) == len(undisturbed) == 4
    assert len(stage.items("source#")) == 1
    # AND a third delivery has nothing left to do
    before = stage.items()
    stage.calls.clear()
    assert stage.handle(*BATCH) == []
    assert stage.items() == before
    assert stage.calls == ["BatchGetItem"]


@pytest.mark.parametrize("after", range(1, 4))
def test_a_group_that_was_there_already_loses_nothing(stage: Stage, after: int) -> None:
    # GIVEN a group that is at rest: its timer has fired, and it told what it had
    stage.rules = stage.rules_of(route={"group_wait": "10s"})
    stage.handle(crash("web-1"))
    stage.flush()
    stage.clock.advance(400)
    stage.sent.clear()
    stage.calls.clear()
    # WHEN there is news, and the function dies
    stage.dies_after = after
    with pytest.raises(Died):
        stage.handle(crash("web-2", ago=-390))
    stage.clock.advance(1)
    assert stage.handle(crash("web-2", ago=-390)) == []
    # THEN
    assert set(stage.group().members) == {"uid-of-web-1", "uid-of-web-2"}
    assert len(stage.valid_timers()) == 1


def test_what_was_sent_for_a_write_that_never_came_is_no_timer(stage: Stage) -> None:
    # GIVEN a function that died between the wake-up and the write
    stage.dies_after = 2
    with pytest.raises(Died):
        stage.handle(crash())
    assert stage.groups() == {}
    # WHEN
    stage.clock.advance(1)
    stage.handle(crash())
    # THEN two wake-ups are in the queue, of which the second counts
    first, second = (wake_up for _, _, wake_up in stage.sent)
    assert stage.valid_timers() == {(second.key, second.generation, second.due)}
    assert first.due != second.due
