"""Either function dies after any call to AWS or to a chat, and everything is delivered again.

Nobody goes untold. Somebody is told twice only if notify dies between a chat's yes and our record of it: that
message, word by word, once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

import pytest

from eventcore.event import Event
from tests.routing.chain import Chain, happens, rules, true_totals


class Outcome(NamedTuple):
    """How it ended."""

    total: int
    """Events that were told."""
    true: int
    """Events that happened."""
    messages: int
    repeats: int
    steps: int
    posts: frozenset[int]
    """Steps that are a chat's answer."""


def crash_loop(chain: Chain, name: str) -> list[Event]:
    """A Pod crashes, goes on, and stops; each batch comes more than once. The robot fails once."""
    chain.add_robot(name)
    chain.rules = rules({"receiver": name})
    chain.chats.inject(name, 1, "server-error")
    first = happens(chain, count=2)
    chain.stream(first)
    chain.run(until=chain.clock.now + 100)
    second = happens(chain, count=7)
    chain.stream(second)
    chain.stream(first, second)
    chain.run()
    return [first, second]


def digest_of_many_groups(chain: Chain, name: str) -> list[Event]:
    """Three groups at once, and a robot that takes one message in a while."""
    chain.add_robot(name, messages_per_minute=3)
    chain.rules = rules({"receiver": name})
    events = [
        happens(chain, f"web-{n}", namespace=f"ns-{n % 3}", reason="Killing", count=1 + n) for n in range(6)
    ]
    chain.stream(*events)
    chain.run()
    return events


def node_that_comes_back(chain: Chain, name: str) -> list[Event]:
    """A node goes and comes back, which mutes a Pod for good."""
    chain.add_robot(name)
    node = {"kind": "Node", "namespace": ""}
    chain.rules = rules(
        {"receiver": name},
        inhibit=[{"source": {"reason": ["NodeNotReady"]}, "target": {"reason": ["Killing"]}}],
    )
    gone = happens(chain, "node-1", reason="NodeNotReady", **node)
    chain.stream(gone, happens(chain, reason="Killing"))
    chain.run(until=chain.clock.now + 1500)
    back = happens(chain, "node-1", reason="NodeReady", type="Normal", **node)
    chain.stream(back)
    chain.run()
    return [gone, back]


STORIES: Mapping[str, Callable[[Chain, str], list[Event]]] = {
    story.__name__: story for story in (crash_loop, digest_of_many_groups, node_that_comes_back)
}


def play(chain: Chain, name: str, story: str, dies_after: int | None = None) -> Outcome:
    """The story with a receiver and a robot of its own, and with one death."""
    chain.begin_anew()
    chain.posts.clear()
    chain.steps, chain.dies_after = 0, dies_after
    events = STORIES[story](chain, name)
    assert chain.dies_after is None, "nobody died, or not often enough"
    assert not chain.dead_letters(name)
    assert not chain.waits(name)
    return Outcome(
        total=chain.total(name),
        true=true_totals(events),
        messages=len(chain.told(name)),
        repeats=chain.repeats(name),
        steps=chain.steps,
        posts=frozenset(chain.posts),
    )


@pytest.mark.parametrize("story", STORIES)
def test_a_death_after_any_call_leaves_nobody_untold_and_repeats_only_in_the_known_window(
    chain: Chain, story: str
) -> None:
    # GIVEN what happens when nobody dies
    calm = play(chain, "calm", story)
    assert (calm.total, calm.repeats) == (calm.true, 0)
    windows = 0
    for step in range(1, calm.steps + 1):
        # WHEN one of the functions dies after this step
        outcome = play(chain, f"dies-{step}", story, step)
        # THEN everything is told, and once, but for the one window between the chat's yes and our record
        window = step in outcome.posts
        accepted = window and outcome.repeats == 1
        assert outcome.total == outcome.true, f"after step {step} of {calm.steps}"
        assert outcome.repeats == accepted, f"after step {step} of {calm.steps}"
        windows += accepted
    # THEN the window is there for each message
    assert windows == calm.messages


# A node's end may come before a Pod's delayed turn, which then is rightly no longer muted: not this story.
@pytest.mark.parametrize("story", ["crash_loop", "digest_of_many_groups"])
def test_one_death_after_another_leaves_nobody_untold(chain: Chain, story: str) -> None:
    random = Random(6)  # noqa: S311 - no secret depends on it
    for number in range(4):
        # GIVEN five deaths, some of them in the work that the one before made necessary
        chain.deaths = [random.randint(1, 9) for _ in range(4)]
        # WHEN
        outcome = play(chain, f"dies-{number}", story, random.randint(1, 9))
        # THEN
        assert not chain.deaths
        assert outcome.total == outcome.true
        assert outcome.repeats <= 5
