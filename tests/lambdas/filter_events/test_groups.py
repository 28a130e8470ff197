"""Events become groups and timers: what is written and sent, and what is not."""

from __future__ import annotations

from itertools import count, permutations
from typing import Any

import pytest
from msgspec.structs import asdict

from eventcore.grouping.group import Group
from lambdas.common.observability import metrics
from lambdas.filter_events.filter import DEAD_LETTER_SECONDS
from tests.events import kinesis_batch, sqs_batch
from tests.fixtures.state_table import TABLE
from tests.lambdas.filter_events.events import crash, node_event
from tests.lambdas.filter_events.stage import Stage
from tests.lambdas.metrics import emitted


def counts(group: Group) -> dict[str, int]:
    """Count by uid."""
    return {uid: member.count for uid, member in group.members.items()}


def reported(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    metrics.flush_metrics()
    return emitted(capsys)


@pytest.mark.parametrize("batch_of", [kinesis_batch, sqs_batch])
def test_a_batch_is_one_read_a_wake_up_and_then_one_write_for_each_group(
    stage: Stage, batch_of: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN events of two reasons
    events = [crash(f"web-{number}") for number in range(20)]
    events += [crash(f"api-{number}", reason="Unhealthy") for number in range(5)]
    # WHEN
    assert stage.invoke(batch_of(*events)) == []
    # THEN
    assert stage.calls == ["BatchGetItem", "SendMessageBatch", "PutItem", "PutItem"]
    assert sorted(len(group.members) for group in stage.groups().values()) == [5, 20]
    assert len(stage.valid_timers()) == 2
    found = reported(capsys)
    assert (found["EventsGrouped"], found["GroupsWritten"], found["WakeUpsSent"]) == (25, 2, 2)
    assert found["EventsDropped"] == found["GroupConflicts"] == found["OldEvents"] == 0


def test_the_wake_up_comes_when_group_wait_is_over(stage: Stage) -> None:
    stage.handle(crash())
    [(receiver, delay, wake_up)] = stage.sent
    assert (receiver, delay) == ("ops-mail", 30)
    assert (wake_up.due, stage.group().due) == (stage.clock.now + 30, stage.clock.now + 30)


def test_a_wait_over_a_quarter_of_an_hour_is_begun_with_the_longest_delay_that_sqs_has(stage: Stage) -> None:
    stage.rules = stage.rules_of(route={"receiver": "ops-mail", "group_wait": "2h"})
    stage.handle(crash())
    [(_, delay, wake_up)] = stage.sent
    assert (delay, wake_up.due) == (900, stage.clock.now + 7200)


def test_each_receiver_has_a_group_and_a_timer_in_its_own_queue(stage: Stage) -> None:
    stage.rules = stage.rules_of(route={"receivers": ["ops-mail", "sre-chime"]})
    stage.handle(crash())
    assert sorted(sent.receiver for sent in stage.sent) == ["ops-mail", "sre-chime"]
    assert len(stage.groups()) == 2
    assert len(stage.valid_timers()) == 2


def test_the_same_batch_again_writes_and_sends_nothing(stage: Stage) -> None:
    batch = [crash("web-1", count=3), crash("web-2")]
    stage.handle(*batch)
    before, stage.calls[:] = stage.items(), []
    stage.clock.advance(7)
    assert stage.handle(*batch) == []
    assert stage.calls == ["BatchGetItem"]
    assert stage.items() == before


def test_any_order_and_any_split_gives_the_same_group(stage: Stage) -> None:
    states = [crash("web-1", count=1, ago=30), crash("web-1", count=2, ago=20), crash("web-2", ago=10)]
    found: list[dict[str, Any]] = []
    for order in permutations([*states, states[0]]):
        stage.empty_table()
        stage.handle(*order[:2])
        stage.handle(*order[2:])
        found.append(asdict(stage.group()) | {"generation": None})
    assert all(each == found[0] for each in found)
    assert counts(stage.group()) == {"uid-of-web-1": 2, "uid-of-web-2": 1}


def test_a_dropped_event_is_counted_and_in_no_group(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.rules = stage.rules_of(drop=[{"reason": ["BackOff"]}])
    assert stage.handle(crash()) == []
    assert stage.calls == []
    found = reported(capsys)
    assert (found["EventsDropped"], found["EventsGrouped"], found["GroupsWritten"]) == (1, 0, 0)


def test_more_groups_than_a_call_takes_are_all_written(stage: Stage) -> None:
    stage.rules = stage.rules_of(route={"group_by": ["involvedObject.name"]})
    assert stage.handle(*(crash(f"web-{number}") for number in range(120))) == []
    assert (stage.count("BatchGetItem"), stage.count("SendMessageBatch"), stage.count("PutItem")) == (
        2,
        12,
        120,
    )
    assert len(stage.valid_timers()) == 120


class TestAnotherWriter:
    """Between our read and our write."""

    def test_is_no_loss(self, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
        # GIVEN another execution environment that writes the same group meanwhile
        stage.before_write = lambda: stage.somebody_else(crash("web-2"))
        # WHEN
        assert stage.handle(crash("web-1")) == []
        # THEN both are there, and one timer counts
        assert counts(stage.group()) == {"uid-of-web-1": 1, "uid-of-web-2": 1}
        assert len(stage.valid_timers()) == 1
        assert stage.slept == [0.1]
        assert reported(capsys)["GroupConflicts"] == 1

    def test_that_had_the_same_events_leaves_nothing_to_write(self, stage: Stage) -> None:
        stage.before_write = lambda: stage.somebody_else(crash())
        assert stage.handle(crash()) == []
        assert stage.items()[stage.group().key].version == 1
        assert len(stage.valid_timers()) == 1

    def test_of_one_group_leaves_the_others_as_they_are(self, stage: Stage) -> None:
        # GIVEN somebody who writes the group of one of two reasons
        stage.before_write = lambda: stage.somebody_else(crash("web-2"))
        assert stage.handle(crash("web-1"), crash("api-1", reason="Unhealthy")) == []
        # THEN only that one was written twice
        assert sorted(item.version for item in stage.items().values()) == [1, 2]
        assert len(stage.valid_timers()) == 2

    def test_that_never_stops_hands_the_records_back_in_time(self, stage: Stage) -> None:
        # GIVEN somebody who is always first
        numbers = count(1)

        def interfere() -> None:
            stage.somebody_else(crash(f"other-{next(numbers)}"))
            stage.before_write = interfere

        stage.before_write = interfere
        # WHEN / THEN
        assert len(stage.handle(crash("web-1"), seconds=30)) == 1
        assert next(numbers) > 4
        assert stage.context.get_remaining_time_in_millis() > DEAD_LETTER_SECONDS * 1000
        assert "uid-of-web-1" not in stage.group().members


class TestOldEvents:
    """Older than `notify_max_age`, half an hour."""

    def test_are_in_one_summary_of_their_receiver(
        self, stage: Stage, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stage.handle(
            crash("web-1", ago=3600), crash("web-2", ago=7200, reason="Unhealthy"), crash("web-3", ago=60)
        )
        groups = stage.groups()
        assert len(groups) == 2
        assert groups["old#ops-mail"].kind == "old"
        assert set(counts(groups["old#ops-mail"])) == {"uid-of-web-1", "uid-of-web-2"}
        assert len(stage.valid_timers()) == 2
        assert reported(capsys)["OldEvents"] == 2

    def test_again_write_nothing(self, stage: Stage) -> None:
        stage.handle(crash(ago=3600))
        stage.calls.clear()
        stage.handle(crash(ago=3600))
        assert stage.calls == ["BatchGetItem"]

    def test_are_not_told_twice_if_their_group_knows_them(self, stage: Stage) -> None:
        # GIVEN an event that was in its group in time, and comes again an hour later
        stage.handle(crash(count=3))
        stage.clock.advance(3600)
        # WHEN
        stage.handle(crash(count=3))
        # THEN
        assert len(stage.groups()) == 1

    def test_that_a_newer_state_came_with_are_in_their_own_group(self, stage: Stage) -> None:
        stage.handle(crash(count=3, ago=3600), crash(count=9))
        assert counts(stage.group()) == {"uid-of-web-1": 9}
        assert stage.group().kind == "group"

    def test_count_what_their_group_does_not_know(self, stage: Stage) -> None:
        # GIVEN a group that knows three of them, and an outage
        stage.handle(crash(count=3))
        stage.clock.advance(7200)
        # WHEN seven more are read too late
        stage.handle(crash(count=10, ago=-60))
        # THEN
        [member] = stage.groups()["old#ops-mail"].members.values()
        assert member.fresh == 7


class TestRecoveries:
    """NodeReady ends NodeNotReady, in whatever group that is."""

    @pytest.mark.parametrize("together", [True, False])
    def test_end_the_problem(self, stage: Stage, together: bool) -> None:
        stage.rules = stage.rules_of(
            route={"routes": [{"match": {"reason": ["NodeNotReady"]}, "receiver": "sre-chime"}]}
        )
        events = [node_event("NodeReady", ago=10), node_event("NodeNotReady", ago=60)]
        for batch in [events] if together else [[each] for each in reversed(events)]:
            assert stage.handle(*batch) == []
        problems = [
            member
            for group in stage.groups().values()
            for member in group.members.values()
            if member.reason == "NodeNotReady"
        ]
        assert [member.recovered for member in problems] == [True]

    def test_of_what_nobody_has_read_nothing_is_written(self, stage: Stage) -> None:
        # GIVEN rules that tell of nodes that are not ready only
        stage.rules = stage.rules_of(
            route={
                "routes": [
                    {"match": {"reason": ["NodeNotReady"]}, "receiver": "sre-chime"},
                    {"match": {"reason": ["NodeReady"]}, "receiver": "sre-chime", "group_by": ["node"]},
                ]
            }
        )
        stage.handle(node_event("NodeReady"))
        assert [dict(group.values).keys() for group in stage.groups().values()] == [{"node"}]


class TestItemsOfAnotherRelease:
    """Which this one cannot read."""

    def test_set_their_records_aside_and_hold_up_no_other(self, stage: Stage) -> None:
        # GIVEN a group of a release that somebody has rolled back
        stage.handle(crash())
        key = stage.group().key
        stage.aws_dynamodb.update_item(
            TableName=TABLE,
            Key={"pk": {"S": key}},
            UpdateExpression="SET #state = :state",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":state": {"B": b"\x7fnew"}},
        )
        # WHEN
        assert stage.handle(crash("web-2"), crash("api", reason="Unhealthy")) == []
        # THEN
        [letter] = stage.dead_letters()
        assert f"{key} cannot be read: a state of format 7f" in letter.decode()
        assert stage.items()[key].state == b"\x7fnew"
        assert len(stage.items()) == 2


class TestATimerThatShouldHaveFired:
    """Long ago: its wake-up may be lost, since somebody purged the queue."""

    def test_is_reminded_of_once_in_a_while(self, stage: Stage) -> None:
        function = stage.cold_start()
        stage.invoke(kinesis_batch(crash(count=1)), function=function)
        for number, seconds in ((2, 601), (3, 60), (4, 30), (5, 601)):
            stage.clock.advance(seconds)
            stage.invoke(kinesis_batch(crash(count=number)), function=function)
        [first, second, third] = [wake_up for _, _, wake_up in stage.sent]
        assert first == second == third
        assert [delay for _, delay, _ in stage.sent] == [30, 0, 0]

    def test_is_reminded_of_when_the_queue_takes_it_again(self, stage: Stage) -> None:
        # GIVEN a queue that does not take the reminder
        function = stage.cold_start()
        stage.invoke(kinesis_batch(crash(count=1)), function=function)
        stage.clock.advance(640)
        stage.aws.sqs.delete_queue(QueueUrl=stage.queues["ops-mail"])
        again = kinesis_batch(crash(count=2))
        assert stage.invoke(again, function=function) != []
        # WHEN it is back, and the record comes again
        stage.aws.sqs.create_queue(QueueName=stage.queues["ops-mail"].rpartition("/")[2])
        assert stage.invoke(again, function=function) == []
        # THEN
        assert len(stage.aws.sqs.receive_message(QueueUrl=stage.queues["ops-mail"])["Messages"]) == 1
