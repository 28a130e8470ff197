"""The function dies after any of its calls. Nobody goes untold, and one call's width of time can tell
twice."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

import pytest

from sandbox.receivers import ReceiverServer
from tests.fixtures.receivers import Clock, notification
from tests.lambdas.notify.stage import Stage


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
