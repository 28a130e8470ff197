"""`--follow`: nothing is missed, nothing comes twice, and what comes late comes too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from kube_events.opensearch import Unavailable
from kube_events.search.following import BEFORE_START, Follower, follow
from kube_events.search.hits import Hit
from tests.fixtures.events import event, raw_event
from tests.kube_events.search.conftest import Index, state

pytestmark = pytest.mark.opensearch

START = datetime(2026, 11, 21, 2, 11, tzinfo=UTC)
EVERYTHING = {"match_all": {}}


def received(uid: str, version: int, minutes: float, at: str = "2026-11-21T02:10:00Z") -> Any:
    """A state that its exporter read so many minutes after the start."""
    metadata = raw_event()["metadata"] | {"uid": uid, "resourceVersion": str(version)}
    return event(metadata=metadata, lastTimestamp=at, received_at=START + timedelta(minutes=minutes))


@pytest.fixture
def searching(index: Index) -> Callable[[Any], Any]:
    return partial(index.api.call, "POST", "/kubernetes-events/_search")


def uids(hits: Sequence[Hit]) -> list[str]:
    return sorted(f"{hit.event[1]}:{hit.id.rsplit(':', 1)[1]}" for hit in hits)


def test_what_comes_is_told_once_however_late(index: Index, searching: Callable[[Any], Any]) -> None:
    # GIVEN something that is there, and was looked at
    index.put([received("old", 1, 0), received("old", 2, 0.1)])
    follower = Follower(searching, EVERYTHING, start=START)
    assert uids(follower.new(())) == ["old:1", "old:2"]
    assert follower.new(()) == []
    # WHEN something new comes; something that was received long ago, but stood in the stream; and both again
    index.put([received("new", 3, 5)])
    assert uids(follower.new(())) == ["new:3"]
    index.put([received("late", 4, 0.2), received("late", 5, -14)])
    assert uids(follower.new(())) == ["late:4", "late:5"]
    # THEN nothing more
    assert follower.new(()) == []


def test_more_than_a_page_may_come_at_once(index: Index, searching: Callable[[Any], Any]) -> None:
    index.put([received("first", 1, 0)])
    follower = Follower(searching, EVERYTHING, start=START)
    follower.new(())
    index.put([received("burst", number, number / 700) for number in range(2, 1400)])
    assert len(follower.new(())) == 1398
    assert follower.new(()) == []


def test_what_was_received_long_before_the_start_is_not_told(
    index: Index, searching: Callable[[Any], Any]
) -> None:
    index.put([received("a", 1, 0)])
    follower = Follower(searching, EVERYTHING, start=START)
    follower.new(())
    index.put([received("older", 2, -BEFORE_START / timedelta(minutes=1) - 1)])
    assert follower.new(()) == []


def test_a_look_that_fails_has_seen_nothing(index: Index, searching: Callable[[Any], Any]) -> None:
    # GIVEN two minutes with something new, the second of which cannot be read
    index.put([received("a", 1, 1), received("b", 2, 2)])
    answers = iter([searching, searching, _fail])

    def at_times(body: Any) -> Any:
        return next(answers, searching)(body)

    follower = Follower(at_times, EVERYTHING, start=START)
    with pytest.raises(Unavailable):
        follower.new(())
    # WHEN / THEN
    assert uids(follower.new(())) == ["a:1", "b:2"]


def _fail(_body: Any) -> Any:
    raise Unavailable("gone")


class _Enough(Exception):
    pass


def followed(
    index: Index, searching: Callable[[Any], Any], steps: Sequence[Callable[[], Any]], *, every_state: bool
) -> tuple[list[list[str]], list[str]]:
    """Follow; a step happens in each pause, and after the last there is one more look."""
    todo: Iterator[Callable[[], Any]] = iter([*steps, lambda: None])
    said: list[str] = []

    def sleep(_seconds: float) -> None:
        if (step := next(todo, None)) is None:
            raise _Enough
        step()

    follower = Follower(searching, EVERYTHING, start=START)
    listed = follower.new(())
    batches: list[list[str]] = []
    told = follow(follower, listed, every_state=every_state, fields=(), say=said.append, sleep=sleep)
    with suppress(_Enough):
        batches.extend([f"{hit.event[1]}:{hit.id.rsplit(':', 1)[1]}" for hit in batch] for batch in told)
    return batches, said


@pytest.mark.parametrize(
    ("every_state", "batches"),
    [
        (True, [["a:3", "a:4"], ["a:2", "b:9"]]),
        # A state older than the one that was shown says nothing new.
        (False, [["a:4"], ["b:9"]]),
    ],
)
def test_states_are_told_as_the_list_tells_them(
    index: Index, searching: Callable[[Any], Any], every_state: bool, batches: list[list[str]]
) -> None:
    def at(uid: str, version: int) -> Any:
        return received(uid, version, version / 10, f"2026-11-21T02:0{version}:00Z")

    index.put([at("a", 1)])
    steps = [lambda: index.put([at("a", 4), at("a", 3)]), lambda: index.put([at("b", 9), at("a", 2)])]
    assert followed(index, searching, steps, every_state=every_state) == (batches, [])


def test_an_outage_is_said_once_and_nothing_is_lost_by_it(
    index: Index, searching: Callable[[Any], Any]
) -> None:
    index.put([received("a", 1, 0)])
    down = False

    def switch(to: bool) -> None:
        nonlocal down
        down = to

    def unreliable(body: Any) -> Any:
        return _fail(body) if down else searching(body)

    steps: list[Callable[[], Any]] = [
        lambda: switch(True),
        lambda: index.put([received("b", 2, 1)]),
        lambda: switch(False),
    ]
    batches, said = followed(index, unreliable, steps, every_state=True)
    assert batches == [["b:2"]]
    assert said == ["gone; trying again", "the index answers again"]


_HEARING_CTRL_C = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from kube_events.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
"""A job that a script started in the background ignores SIGINT, and so does what it starts."""


@contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """It follows without an end: what fails must not wait for it."""
    try:
        yield
    finally:
        process.kill()


def test_the_command_shows_what_is_there_then_what_comes_and_ends_by_ctrl_c(index: Index) -> None:
    # GIVEN
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    index.put([state("a", 1, now)])
    command = [sys.executable, "-c", _HEARING_CTRL_C, "search", "--follow", "-o", "jsonl", "--all"]
    connection = ["--endpoint", index.api.url, "--auth", "none"]
    with (
        subprocess.Popen(
            [*command, *connection],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ,
        ) as process,
        _ended(process),
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        # WHEN
        assert '"resourceVersion": "1"' in process.stdout.readline()
        index.put([event(metadata=raw_event()["metadata"], lastTimestamp=now, received_at=datetime.now(UTC))])
        # THEN
        assert '"resourceVersion": "250"' in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
        assert process.stderr.read() == ""
