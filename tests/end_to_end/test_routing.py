"""Storms, crashes and all that keeps quiet, in real time: deployed zips, delayed messages, short intervals.

One story for all: functions are killed, then everything happens side by side, and the tests wait for their
part.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from sandbox.demo.outcome import Patience
from sandbox.receivers.inbox import Received
from tests.end_to_end.routing_path import (
    CHAOS,
    FILTER,
    NOTIFY,
    PAGER,
    ROBOT,
    STORM,
    RoutingPath,
)
from tests.end_to_end.routing_story import (
    GROUP_INTERVAL,
    GROUP_WAIT,
    REPEATS,
    WARNINGS,
    crash_loop,
    event,
    node_event,
    storm,
    write_rules,
)

pytestmark = [pytest.mark.end_to_end, pytest.mark.terraform]

VICTIMS = 24
MAX_POSTS, WINDOW = 18, 60.0
"""Of one robot in any so many seconds: DingTalk's 20, less two."""
SILENCED_WITHIN = 30.0
LATE = 10.0
"""Seconds by which a message may come later than its group's timer."""


class Story:
    """What happens, and when it did. Times are in seconds since the epoch."""

    def __init__(self, path: RoutingPath, rules: Path) -> None:
        self.path = path
        self.muted_until = write_rules(rules, muted_for=timedelta(seconds=75))
        path.use_rules(rules)
        path.put([event("warming")])
        assert Patience().wait_for(lambda: bool(path.mails("warming")))
        self._kill()
        self.began = time.time()
        self.silenced_at = 0.0
        self.ready_at = 0.0

    def _kill(self) -> None:
        """Both functions die of calls, one after the other, while somebody is to be told of all victims."""
        crashes = self.path.crashes
        crashes.plan(FILTER, [2, 13], "before")
        crashes.plan(FILTER, [7, 21], "after")
        crashes.plan(NOTIFY, range(3, 75, 14), "before")
        crashes.plan(NOTIFY, range(10, 75, 14), "after")
        for start in range(0, VICTIMS, 6):
            self.path.put([event("chaos", f"victim-{number}") for number in range(start, start + 6)])
            time.sleep(1)
        Patience(60).wait_for(lambda: len(crashes.deaths(NOTIFY)) >= 10)

    def go_on(self) -> None:
        """Everything that is not about crashes."""
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        self.path.put(
            [
                event("lasting", reason="FailedScheduling"),
                event("recovering", reason="FailedScheduling"),
                event("ending", reason="BackOff"),
                node_event("n1", "NodeNotReady"),
                event("inhibited", "on-n1", reason="BackOff", node="n1"),
                event("inhibited", "on-n2", reason="BackOff", node="n2"),
                event("silenced", "before"),
                *(event("muted", f"web-{number}") for number in range(3)),
                *(event("belated", f"web-{number}", at=an_hour_ago) for number in range(3)),
            ]
        )
        with ThreadPoolExecutor() as side:
            silencing = side.submit(self._silence)
            for states in crash_loop():
                self.path.put(states)
                time.sleep(0.15)
            self.ready_at = time.time()
            self.path.put([node_event("n1", "NodeReady"), event("recovering", reason="Scheduled")])
            for warnings in storm():
                self.path.put(warnings)
                time.sleep(0.5)
            silencing.result()

    def _silence(self) -> None:
        """Silence a namespace, in which something happens every three seconds."""
        assert Patience(30).wait_for(lambda: bool(self.path.mails("silenced")))
        self.path.command(
            *("silence", "add", "involvedObject.namespace=silenced", "--for", "10m", "--comment", "a test")
        )
        self.silenced_at = time.time()
        while time.time() < self.silenced_at + SILENCED_WITHIN + 10:
            self.path.put([event("silenced", f"at-{time.time():.0f}")])
            time.sleep(3)


@pytest.fixture(scope="module")
def story(routing: Callable[[], RoutingPath], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story begins; what goes wrong with its telling comes up at the end."""
    path = routing()
    with ThreadPoolExecutor() as side:
        story = Story(path, tmp_path_factory.mktemp("story") / "rules.yaml")
        telling: Future[None] = side.submit(story.go_on)
        yield story
        telling.result()


def events_of(messages: Sequence[Received]) -> int:
    return sum(message.total.events for message in messages)


def told_about(name: str, messages: Sequence[Received]) -> list[Received]:
    """Those about one object."""
    return [message for message in messages if f"/{name} " in f"{message.title} "]


def test_a_thousand_repeats_are_one_message_and_one_more_per_interval(story: Story) -> None:
    # WHEN one container crashes a thousand times
    assert Patience().wait_for(lambda: events_of(story.path.mails("looping")) == REPEATS)
    messages = story.path.mails("looping")
    # THEN the first message comes when its group's time is over
    assert messages[0].at - story.began <= GROUP_WAIT + LATE
    # AND each other one an interval later, until all is told
    apart = [later.at - before.at for before, later in pairwise(messages)]
    assert min(apart, default=GROUP_INTERVAL) >= GROUP_INTERVAL - 1
    assert len(messages) <= 2 + (messages[-1].at - messages[0].at) / GROUP_INTERVAL


def test_a_problem_is_resolved_when_another_event_says_so_and_when_it_falls_silent(story: Story) -> None:
    mails = story.path.mails
    assert Patience().wait_for(lambda: len(mails("recovering")) == len(mails("ending")) == 2)
    for namespace in ("recovering", "ending"):
        firing, resolved = mails(namespace)
        assert not firing.title.startswith("[RESOLVED]")
        assert resolved.title.startswith("[RESOLVED]")
        assert (firing.total.events, resolved.total.events) == (1, 0)
    assert story.ready_at <= mails("recovering")[1].at


def test_what_a_dead_node_causes_is_told_only_when_it_outlasts_the_node(story: Story) -> None:
    assert Patience().wait_for(lambda: bool(told_about("on-n1", story.path.mails("inhibited"))))
    (elsewhere,) = told_about("on-n2", story.path.mails("inhibited"))
    (here,) = told_about("on-n1", story.path.mails("inhibited"))
    assert elsewhere.at < story.ready_at <= here.at


def test_a_silence_that_somebody_sets_holds_within_half_a_minute(story: Story) -> None:
    # GIVEN a namespace of which people are told
    assert told_about("before", story.path.mails("silenced"))
    # WHEN somebody has set a silence, and it has had its time
    assert Patience().wait_for(lambda: story.silenced_at > 0)
    assert Patience().wait_for(lambda: time.time() > story.silenced_at + SILENCED_WITHIN + 25)
    # THEN
    names = (message.title.rpartition("/")[2].split(" ")[0] for message in story.path.mails("silenced"))
    told = [int(name.removeprefix("at-")) for name in names if name.startswith("at-")]
    assert [at for at in told if at > story.silenced_at + SILENCED_WITHIN] == []
    (silence,) = json.loads(story.path.command("silence", "list", "--json"))
    assert silence["comment"] == "a test"


def test_a_mute_time_holds_everything_back_until_it_is_over(story: Story) -> None:
    until = story.muted_until.timestamp()
    assert Patience(180).wait_for(lambda: bool(story.path.mails("muted")))
    (message,) = story.path.mails("muted")
    assert until - 1 <= message.at
    assert message.total.events == 3


def test_what_is_old_is_told_in_one_summary(story: Story) -> None:
    def summaries() -> list[Received]:
        return [each for each in story.path.receivers.accepted(PAGER) if "not told in time" in each.title]

    assert Patience().wait_for(lambda: bool(summaries()))
    (summary,) = summaries()
    assert "3 events on 3 objects were not told in time" in summary.title
    assert story.path.mails("belated") == []


def test_a_timer_goes_round_more_often_than_lambda_lets_a_loop(story: Story) -> None:
    # GIVEN a problem that lasts, told again every two seconds: each timer is set by the one before
    assert Patience(180).wait_for(lambda: story.path.functions.longest_chain(NOTIFY) > 16)
    # WHEN it is over
    story.path.put([event("lasting", reason="Scheduled")])
    # THEN
    assert Patience().wait_for(lambda: story.path.mails("lasting")[-1].title.startswith("[RESOLVED]"))
    assert len(story.path.mails("lasting")) > 16


def test_five_thousand_warnings_are_told_at_the_robots_pace_and_every_one_of_them(story: Story) -> None:
    # WHEN they come over fifty namespaces, twice and in another order, for two receivers of one robot
    def told() -> dict[str, int]:
        accepted = story.path.receivers.accepted(ROBOT)
        return {
            name: events_of([message for message in accepted if who in message.mentions])
            for name, who in STORM.items()
        }

    assert Patience(240).wait_for(lambda: min(told().values()) >= WARNINGS), told()
    # THEN nothing was dropped and nothing told twice
    assert told() == dict.fromkeys(STORM, WARNINGS)
    posts = story.path.receivers.inbox.all(receiver=ROBOT)
    assert not any(message.total.at_least for message in posts)
    # AND the robot never had reason to shut anybody out
    assert Counter(message.verdict for message in posts) == {"accepted": len(posts)}
    in_a_window = [sum(0 <= other.at - post.at < WINDOW for other in posts) for post in posts]
    assert max(in_a_window) <= MAX_POSTS


def test_of_functions_that_die_somebody_is_told_all_the_same(story: Story) -> None:
    # GIVEN functions that were killed at a dozen calls
    deaths = story.path.crashes.deaths(NOTIFY)
    assert len(deaths) >= 10
    assert len(story.path.crashes.deaths(FILTER)) == 4
    # THEN
    victims = [f"victim-{number}" for number in range(VICTIMS)]

    def copies() -> list[int]:
        mails = story.path.mails("chaos", CHAOS)
        return [len(told_about(victim, mails)) for victim in victims]

    assert Patience().wait_for(lambda: min(copies()) >= 1 and story.path.functions.idle(timers=False))
    # AND twice only of whom the topic had taken the message and the function died before that was recorded
    unrecorded = deaths.count(("Publish", "after")) + deaths.count(("UpdateItem", "before"))
    assert sum(copies()) == VICTIMS + unrecorded
