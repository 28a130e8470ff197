"""Slots: in any 60 seconds an address gets two fewer messages than it takes, whoever sends them."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import boto3
import pytest

from lambdas.common.state_table import KEPT, StateTable
from lambdas.notify.limiter import CONTENDED_WAIT, MAX_CONFLICTS, Limiter, Refused
from tests.fixtures.aws import Aws
from tests.fixtures.receivers import Clock
from tests.fixtures.state_table import TABLE
from tests.lambdas.notify.stage import Stage

ROBOT = "oapi.dingtalk.com/robot/send?access_token=made-up"


@pytest.fixture
def limiter(stage: Stage, clock: Clock) -> Limiter:
    return Limiter(stage.table, now=clock)


def test_eighteen_of_twenty_then_a_wait(limiter: Limiter, clock: Clock) -> None:
    began = clock.now
    assert [limiter.reserve(ROBOT, per_minute=20) for _ in range(18)] == [None] * 18
    # THEN the next one hears when the first slot is free: a minute, and what a post may take
    assert limiter.reserve(ROBOT, per_minute=20) == Refused(began + 75)
    clock.now = began + 74.9
    assert limiter.reserve(ROBOT, per_minute=20) == Refused(began + 75)
    clock.now = began + 75
    assert limiter.reserve(ROBOT, per_minute=20) is None


def test_in_any_minute_there_are_two_fewer_than_the_limit(limiter: Limiter, clock: Clock) -> None:
    # GIVEN posts that come up to 15 s after their reservation
    random = Random(7)  # noqa: S311 - no secret depends on it
    posts: list[float] = []
    for _ in range(100):
        clock.advance(random.choice((0.0, 0.1, 3.0, 11.0)))
        if limiter.reserve(ROBOT, per_minute=6) is None:
            posts.append(clock.now + random.uniform(0.0, 15.0))
    # THEN no fifth one is within a minute of the first of five
    posts.sort()
    assert len(posts) > 10
    assert all(posts[n + 4] - posts[n] >= 60 for n in range(len(posts) - 4))


def test_each_address_has_its_own_slots(limiter: Limiter, clock: Clock) -> None:
    for _ in range(4):
        assert limiter.reserve(ROBOT, per_minute=6) is None
    assert isinstance(limiter.reserve(ROBOT, per_minute=6), Refused)
    assert limiter.reserve(ROBOT + "2", per_minute=6) is None


def test_who_has_a_higher_limit_waits_for_fewer_to_end(limiter: Limiter, clock: Clock) -> None:
    # GIVEN four slots, a second apart, taken by a receiver that says six a minute
    began = clock.now
    for _ in range(4):
        limiter.reserve(ROBOT, per_minute=6)
        clock.advance(1)
    # THEN one that says four a minute waits until but one counts
    assert limiter.reserve(ROBOT, per_minute=4) == Refused(began + 2 + 75)
    assert limiter.reserve(ROBOT, per_minute=6) == Refused(began + 75)


def test_a_lock_out_holds_for_everybody(limiter: Limiter, stage: Stage, clock: Clock) -> None:
    limiter.block(ROBOT, until=clock.now + 600)
    limiter.block(ROBOT, until=clock.now + 60)
    # THEN a shorter one takes nothing from it, and another environment sees it
    other = Limiter(stage.table, now=clock)
    assert other.reserve(ROBOT, per_minute=20) == Refused(clock.now + 600)
    clock.advance(600)
    assert other.reserve(ROBOT, per_minute=20) is None


def test_two_that_reserve_at_once_take_two_slots(stage: Stage, clock: Clock) -> None:
    # GIVEN somebody else who reserves between our read and our write
    rival = Limiter(
        StateTable(boto3.client("dynamodb"), table=TABLE, now=clock, sleep=clock.advance), now=clock
    )
    times = 3

    def meanwhile(**_: object) -> None:
        nonlocal times
        if times:
            times -= 1
            assert rival.reserve(ROBOT, per_minute=6) is None

    stage.dynamodb.meta.events.register("before-call.dynamodb.PutItem", meanwhile)
    # THEN ours is the fourth, and there is no fifth
    ours = Limiter(stage.table, now=clock)
    assert ours.reserve(ROBOT, per_minute=6) is None
    assert isinstance(ours.reserve(ROBOT, per_minute=6), Refused)


def test_who_always_comes_second_is_told_to_come_again(stage: Stage, clock: Clock) -> None:
    rival = Limiter(
        StateTable(boto3.client("dynamodb"), table=TABLE, now=clock, sleep=clock.advance), now=clock
    )
    stage.dynamodb.meta.events.register(
        "before-call.dynamodb.PutItem", lambda **_: rival.reserve(ROBOT, per_minute=100)
    )
    assert Limiter(stage.table, now=clock).reserve(ROBOT, per_minute=100) == Refused(
        clock.now + CONTENDED_WAIT
    )
    stage.dynamodb.meta.events.unregister("before-call.dynamodb.PutItem")
    assert MAX_CONFLICTS == 8


def test_a_slot_that_the_table_took_long_for_is_let_go(stage: Stage, clock: Clock) -> None:
    slow = [8.0, 0.0]
    stage.dynamodb.meta.events.register(
        "before-call.dynamodb.PutItem", lambda **_: clock.advance(slow.pop(0) if slow else 0.0)
    )
    limiter = Limiter(stage.table, now=clock)
    assert limiter.reserve(ROBOT, per_minute=5) is None
    assert limiter.reserve(ROBOT, per_minute=5) is None
    assert isinstance(limiter.reserve(ROBOT, per_minute=5), Refused)


def test_the_table_holds_no_address(limiter: Limiter, stage: Stage, clock: Clock) -> None:
    limiter.reserve(ROBOT, per_minute=20)
    (item,) = stage.records()
    assert item["pk"]["S"].startswith("limit#")
    assert "made-up" not in str(item)
    assert int(item["expires"]["N"]) >= clock.now + KEPT - 1


def test_slots_of_another_release_begin_anew(limiter: Limiter, stage: Stage, aws: Aws, clock: Clock) -> None:
    limiter.reserve(ROBOT, per_minute=3)
    (item,) = stage.records()
    assert stage.table.write(item["pk"]["S"], b"new", version=1, expires=clock.now + KEPT)
    assert limiter.reserve(ROBOT, per_minute=3) is None
    assert isinstance(limiter.reserve(ROBOT, per_minute=3), Refused)


def test_reservations_stay_in_order_although_clocks_differ(stage: Stage, clock: Clock) -> None:
    early, late = Limiter(stage.table, now=clock), Limiter(stage.table, now=lambda: clock.now + 2)
    for limiter in (late, early, late, early):
        assert limiter.reserve(ROBOT, per_minute=6) is None
        clock.advance(0.5)
    waits = []
    for limiter in (early, late):
        refused = limiter.reserve(ROBOT, per_minute=6)
        assert isinstance(refused, Refused)
        waits.append(refused.until)
    assert all(first == second for first, second in pairwise(waits))
