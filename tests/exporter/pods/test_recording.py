"""The recorded Pods of a real API server: kills, crash loops, Jobs, deletions, bookmarks."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from eventcore.event import Event
from eventcore.identity import observation_id
from exporter.pods.pod import Pod, repaired
from exporter.pods.states import known_up_to
from exporter.watch.answers import WatchLine
from exporter.watch.decoding import Decoding
from tests.exporter.pods.conftest import Watcher

RECORDINGS = Path(__file__).parents[2] / "recording"
CRASHING = "checkout-78769cd565-bthdp"


@pytest.fixture(
    scope="module",
    params=[
        "pods.jsonl.gz",
        # In this one three states are not as a kubelet writes them: see the recording's README.
        "watch-pods.jsonl.gz",
    ],
)
def lines(request: pytest.FixtureRequest) -> list[WatchLine[Pod]]:
    decoded = Decoding(Pod, repaired).lines(gzip.decompress((RECORDINGS / request.param).read_bytes()))
    assert not decoded.malformed
    assert len(decoded.lines) == 210
    return decoded.lines


def told(lines: Sequence[WatchLine[Pod]]) -> list[Event]:
    watcher = Watcher()
    watcher.list()
    for line in lines:
        watcher.states.watched([line])
    return watcher.events


def test_each_kill_that_the_restart_count_counts_is_told(lines: list[WatchLine[Pod]]) -> None:
    kills = [event for event in told(lines) if event.reason == "OOMKilled"]
    assert {event.involved_object.name for event in kills} == {CRASHING}
    assert len({event.metadata.uid for event in kills}) == len(kills) == 3
    assert all(event.severity == "high" and event.node == "node-2.example.internal" for event in kills)


def test_ends_of_jobs_and_of_a_crash_are_told_too(lines: list[WatchLine[Pod]]) -> None:
    exits = [event for event in told(lines) if event.reason == "ContainerExited"]
    crashed = [event for event in exits if event.type == "Warning"]
    assert [event.involved_object.name for event in crashed] == [
        "migrate-db-l5p97",
        "migrate-db-llc72",
        "web-68666789c7-6vbdl",
        "migrate-db-5zrv4",
    ]
    assert all(event.involved_object.name.startswith("nightly-") for event in exits if event not in crashed)
    assert len(exits) - len(crashed) == 7


def test_lines_in_pieces_of_any_size_say_the_same(lines: list[WatchLine[Pod]]) -> None:
    watcher = Watcher()
    watcher.list()
    watcher.states.watched(lines)
    assert watcher.events == told(lines)
    assert watcher.shipped.versions[-1] == lines[-1].object.metadata.resource_version


def test_what_is_gone_is_forgotten(lines: list[WatchLine[Pod]]) -> None:
    watcher = Watcher()
    watcher.list()
    watcher.states.watched(lines)
    there = {line.object.metadata.uid for line in lines if line.object.metadata.uid}
    gone = {line.object.metadata.uid for line in lines if line.type == "DELETED"}
    assert len(watcher.states) == len(there - gone)


def test_no_end_is_called_unseen_where_every_state_was_watched() -> None:
    lines = Decoding(Pod, repaired).lines(gzip.decompress((RECORDINGS / "pods.jsonl.gz").read_bytes())).lines
    kills = [event for event in told(lines) if event.reason == "OOMKilled"]
    assert [(one.container.restart_count, one.container.restarts) for one in kills if one.container] == [
        (0, 0),
        (1, 1),
        (2, 1),
    ]
    assert not any("unseen" in event.message for event in kills)


def test_a_restart_after_any_line_tells_nothing_twice_and_misses_nothing(
    lines: list[WatchLine[Pod]],
) -> None:
    everything = {observation_id(event) for event in told(lines)}
    pods = [line for line in lines if line.type != "BOOKMARK"]
    for stop in range(len(pods)):
        # GIVEN an exporter that is stopped after some line, and a next one from its checkpoint
        first = told(pods[:stop])
        checkpoint = pods[stop - 1].object.metadata.resource_version if stop else "0"
        there = {line.object.metadata.uid: line.object for line in pods[:stop]}
        for line in pods[:stop]:
            if line.type == "DELETED":
                there.pop(line.object.metadata.uid, None)
        second = Watcher(known_up_to(checkpoint))
        second.list(*there.values(), version=checkpoint)
        second.states.watched(pods[stop:])
        # THEN both together told each end, and none of them what the other one told
        found = [observation_id(event) for event in (*first, *second.events)]
        assert len(found) == len(set(found)), stop
        assert set(found) == everything, stop
