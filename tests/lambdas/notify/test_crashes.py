"""The function dies after any of its calls. Nobody goes untold, and one call's width of time can tell
twice."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

import pytest

from eventcore.rules.time_interval import TimeInterval
from lambdas.common.time_budget import TimeBudget
from lambdas.notify.limiter import Limiter
from sandbox.receivers import ReceiverServer
from tests.fixtures.receivers import Clock, notification
from tests.lambdas.notify.groups import CRASH_LOOP, MOMENT, crash, record, route
from tests.lambdas.notify.stage import Stage
from tests.lambdas.notify.test_digest import told


class Scenario(NamedTuple):
    faults: tuple[str, ...]
    """What the robot answers first."""
    told: int
    """How often people are told in the end."""


TOLD: Mapping[str, Scenario] = {
    "taken at once": Scenario((), 1),
    "throttled, then taken": Scenario(("throttled",), 1),
    "unreachable twice, then taken": Scenario(("server-error", "busy"), 1),
    "refused": Scenario(("keywords",) * 9, 0),
}


class Outcome(NamedTuple):
    told: int
    dead_letters: int
    copies: int
    steps: int
    last_post: int


def play(
    stage: Stage, chats: ReceiverServer, name: str, scenario: Scenario, dies_after: int | None
) -> Outcome:
    """One message for a robot of its own, with one death."""
    stage.receivers.clear()
    stage.delays.clear()
    stage.posts.clear()
    stage.steps, stage.dies_after = 0, dies_after
    stage.add_dingtalk(name, {"url": chats.add_robot(name)})
    for fault in scenario.faults:
        chats.inject(name, 1, fault)
    stage.send(name, notification(id=name))
    stage.run()
    return Outcome(
        told=len(chats.accepted(name)),
        dead_letters=len(stage.dead_letters(name)),
        copies=len(stage.delays),
        steps=stage.steps,
        last_post=stage.posts[-1],
    )


@pytest.mark.parametrize("scenario", TOLD)
def test_a_death_after_any_call_loses_nothing_and_doubles_only_in_the_known_window(
    stage: Stage, chats: ReceiverServer, scenario: str
) -> None:
    # GIVEN what happens when nobody dies
    calm = play(stage, chats, "calm", TOLD[scenario], None)
    assert calm.told == TOLD[scenario].told
    assert calm.dead_letters == 1 - calm.told
    for step in range(1, calm.steps + 1):
        # WHEN it dies after this step
        outcome = play(stage, chats, f"dies-{step}", TOLD[scenario], step)
        # THEN people are told as often, but for the one window between the chat's yes and our record of it
        window = bool(calm.told) and step == calm.last_post
        assert outcome.told == calm.told + window, f"after step {step} of {calm.steps}"
        # THEN a death makes at most one more copy and at most one more dead letter
        assert outcome.copies <= calm.copies + 1
        assert calm.dead_letters <= outcome.dead_letters <= 2 * calm.dead_letters


@pytest.mark.parametrize("seed", range(8))
def test_one_death_after_another_multiplies_nothing(
    stage: Stage, clock: Clock, chats: ReceiverServer, seed: int
) -> None:
    # GIVEN a robot that throttles and fails before it takes a message
    faults = ("throttled", "server-error", "gateway", "busy")
    random, deaths = Random(seed), 0  # noqa: S311 - no secret depends on it
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    for fault in faults:
        chats.inject("sre", 1, fault)
    stage.send("sre")
    # WHEN the function dies again and again
    for _ in range(12):
        stage.dies_after = stage.steps + random.randint(1, 5)
        while stage.dies_after is not None and not chats.accepted("sre"):
            stage.invoke("sre")
            stage.clock.advance(400)
        deaths += stage.dies_after is None
    stage.dies_after = None
    stage.run()
    # THEN one death makes at most one copy more than the four that were needed
    assert len(stage.delays) <= len(faults) + deaths
    # THEN all but a death in the known window told it once
    assert 1 <= len(chats.accepted("sre")) <= 2
    assert not stage.dead_letters("sre")


def test_two_copies_that_come_together_tell_once(stage: Stage, clock: Clock, chats: ReceiverServer) -> None:
    # GIVEN a copy that was sent just before a death, so that the original comes again beside it
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    chats.inject("sre", 1, "server-error")
    stage.send("sre")
    stage.dies_after = 7  # the claim, the digest, the secret, two for a slot, the POST, the copy
    stage.invoke("sre")
    assert stage.delays == [15]
    assert stage.dies_after is None
    # WHEN both are there
    clock.advance(400)
    assert stage.invoke("sre") == 2
    # THEN
    assert len(chats.accepted("sre")) == 1
    stage.run()
    assert len(chats.accepted("sre")) == 1


def test_while_one_tells_the_other_waits(stage: Stage, clock: Clock, chats: ReceiverServer) -> None:
    # GIVEN an invocation that died with its claim, and a message that comes again before the lease is over
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    stage.send("sre")
    stage.send("sre")
    stage.dies_after = 1
    stage.invoke("sre")
    # WHEN a second one is there too early, THEN it is not told, and not lost
    stage.send("sre")
    clock.advance(30)
    stage.invoke("sre")
    assert not chats.inbox.all()
    # WHEN the lease is over
    stage.run()
    assert len(chats.accepted("sre")) == 1


class Play(NamedTuple):
    """What happens to one receiver with a robot of its own."""

    per_minute: int
    namespaces: int
    """Each is a group of three Pods."""
    resolves: bool = False
    held: bool = False
    full: bool = False
    """Its only slot is taken at first; when it is free, somebody else has brought the robot to its limit."""


PLAYS: Mapping[str, Play] = {
    "a message and its end": Play(20, 1, resolves=True),
    "a mute time, then a message": Play(20, 1, held=True),
    "a digest of two that the robot turns down at first": Play(3, 2, full=True),
}


class Ending(NamedTuple):
    events: int
    resolved: int
    steps: int
    posts: tuple[int, ...]


def play_groups(
    stage: Stage, clock: Clock, chats: ReceiverServer, name: str, play: Play, dies_after: int | None
) -> Ending:
    """Groups are recorded, and their timers fire; the function dies once."""
    stage.receivers.clear()
    stage.posts.clear()
    stage.steps, stage.dies_after = 0, dies_after
    stage.add_dingtalk(name, {"url": chats.add_robot(name)}, messages_per_minute=play.per_minute)
    mute = tuple(TimeInterval(times=((0, minute_of(clock) + 10),)) for _ in range(play.held))
    for number in range(play.namespaces):
        crashes = [crash(stage, f"web-{n}", namespace=f"{name}-{number}") for n in range(3)]
        record(stage, crashes, route(name, mute=mute), ending=CRASH_LOOP if play.resolves else MOMENT)
    if play.full:
        clock.advance(29)
        address = stage.channel_of(name).address(TimeBudget(stage.context))
        assert Limiter(stage.table, now=clock).reserve(str(address), per_minute=play.per_minute) is None
        chats.inject(name, 1, "throttled")
    stage.run()
    assert not stage.dead_letters(name)
    messages = chats.accepted(name)
    return Ending(
        events=told(chats, name)[0],
        resolved=sum(message.title.startswith("RESOLVED") for message in messages),
        steps=stage.steps,
        posts=tuple(stage.posts),
    )


def minute_of(clock: Clock) -> int:
    """Of the day, in UTC."""
    return int(clock.now % 86_400 // 60)


@pytest.mark.parametrize("name", PLAYS)
def test_a_wake_up_that_dies_after_any_call_leaves_nobody_untold(
    stage: Stage, clock: Clock, chats: ReceiverServer, name: str
) -> None:
    # GIVEN what happens when nobody dies
    play = PLAYS[name]
    calm = play_groups(stage, clock, chats, "calm", play, None)
    assert (calm.events, calm.resolved) == (3 * play.namespaces, int(play.resolves))
    for step in range(1, calm.steps + 1):
        # WHEN it dies after this step
        clock.now = (clock.now // 86_400 + 1) * 86_400 + 7800
        outcome = play_groups(stage, clock, chats, f"dies-{step}", play, step)
        # THEN everything is told, and the numbers add up; only a death between the robot's yes and our record
        # of it has one message told twice
        where = f"{name}: after step {step} of {calm.steps}"
        twice = (outcome.events - calm.events) + (outcome.resolved - calm.resolved)
        assert twice == 0 or step in outcome.posts, where
        assert outcome.events >= calm.events, where
        assert outcome.resolved >= calm.resolved, where
        assert len(outcome.posts) <= len(calm.posts) + 1, where


@pytest.mark.parametrize("seed", range(4))
def test_whatever_dies_whenever_everybody_is_told(
    stage: Stage, clock: Clock, chats: ReceiverServer, seed: int
) -> None:
    # GIVEN two receivers on one robot, more groups than it takes in a minute, and deaths all the time
    random, deaths = Random(seed), 0  # noqa: S311 - no secret depends on it
    url = chats.add_robot("sre")
    for receiver in ("sre", "dba"):
        stage.add_dingtalk(receiver, {"url": url}, messages_per_minute=5)
        for number in range(6):
            crashes = [crash(stage, f"web-{n}", namespace=f"{receiver}-{number}") for n in range(2)]
            record(stage, crashes, route(receiver), ending=MOMENT)
    # WHEN
    clock.advance(30)
    for _ in range(20):
        stage.dies_after = stage.steps + random.randint(1, 20)
        for receiver in ("sre", "dba"):
            stage.invoke(receiver)
        deaths += stage.dies_after is None
        clock.advance(random.choice((1, 20, 80, 370)))
    stage.dies_after = None
    stage.run()
    # THEN every group is named, and only deaths have told something twice
    text = "\n".join(message.text for message in chats.accepted("sre"))
    for receiver in ("sre", "dba"):
        for number in range(6):
            assert f"in {receiver}-{number} (prod-eu)" in text
        assert not stage.dead_letters(receiver)
    assert deaths > 2
    assert told(chats, "sre")[0] >= 24
    assert not chats.answered("throttled", "sre")
