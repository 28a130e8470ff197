"""What happens on the way to the API server: connections are cut, go dead, become slow."""

from __future__ import annotations

import time

import pytest

from tests.cluster.scene import SETTINGS, Scene

pytestmark = pytest.mark.cluster

WATCH_LIMIT = 2 * SETTINGS["watch_timeout"] + 30
"""Seconds: the longest watch that is drawn, and what the exporter waits beyond it."""


def test_cut_connections_lose_nothing(scene: Scene) -> None:
    scene.replica().start()
    scene.writer.create(50)
    scene.rest()
    # WHEN
    for _ in range(5):
        names = scene.writer.create(60)
        scene.wait_until(lambda: scene.proxy().cut() > 0)
        scene.writer.repeat(names[:20])
    # THEN
    account = scene.settle()
    assert (len(account.excused), account.gaps) == (0, 1)


def test_a_connection_that_is_cut_within_a_line_loses_nothing_and_sends_nothing_twice(scene: Scene) -> None:
    scene.replica().start()
    scene.writer.create(10)
    scene.rest()
    # GIVEN a line of 100 kB, cut in its middle
    scene.proxy().cut_after(50_000)
    scene.writer.create_one(annotations={"example.com/long": "long " * 20_000})
    # THEN
    account = scene.settle()
    assert (account.gaps, account.duplicated) == (1, 0)


def test_dead_connections_are_noticed_within_the_watchs_time_limit(scene: Scene) -> None:
    # GIVEN a router that forgot the connections that were there
    scene.replica().start()
    scene.writer.create(50)
    scene.rest()
    assert scene.proxy().freeze() > 0
    began = time.monotonic()
    # WHEN
    scene.writer.create(50)
    # THEN
    account = scene.settle(WATCH_LIMIT + 20)
    scene.tell(f"noticed and made good after {time.monotonic() - began:.1f} s, limit {WATCH_LIMIT} s")
    assert (len(account.excused), account.gaps) == (0, 1)


def test_a_dead_way_without_election_is_noticed_within_the_watchs_time_limit(scene: Scene) -> None:
    # GIVEN a reader that nobody else watches over
    replica = scene.replica(leader_election=False).start()
    scene.writer.create(50)
    scene.settle()
    scene.proxy().stall()
    began = time.monotonic()
    scene.writer.create(50)
    # THEN
    replica.wait_for(
        lambda line: line.get("level") == "WARNING" and "waiting" in line["message"], WATCH_LIMIT
    )
    scene.tell(f"noticed after {time.monotonic() - began:.1f} s, limit {WATCH_LIMIT} s")
    scene.proxy().heal()
    assert scene.settle().excused == ()


def test_a_way_that_stalls_for_a_while_loses_nothing(scene: Scene) -> None:
    scene.replica().start()
    names = scene.writer.create(100)
    scene.rest()
    # WHEN it stalls for longer than a leader holds out
    scene.proxy().stall()
    scene.writer.repeat(names[:50], times=2)
    time.sleep(SETTINGS["lease_duration"])
    scene.proxy().heal()
    # THEN
    assert scene.settle().excused == ()


def test_a_slow_way_loses_nothing(scene: Scene) -> None:
    # GIVEN
    replica = scene.replica()
    scene.writer.create(100)
    # WHEN 100 kB of list and as much of watch come at 40 kB/s
    scene.proxy().slow(40_000)
    replica.start()
    scene.writer.create(100)
    # THEN
    assert scene.settle().gaps == 1
