"""How fast events come from a real API server: over TLS, where each event is a record of its own."""

from __future__ import annotations

import time

import pytest

from tests.cluster.scene import Scene

pytestmark = pytest.mark.cluster

BURST = 3000


def test_a_burst_on_an_open_watch_is_read_as_fast_as_it_is_written(scene: Scene) -> None:
    # GIVEN
    scene.replica().start()
    scene.writer.create(10)
    scene.rest()
    # WHEN
    began = time.monotonic()
    scene.writer.create(BURST)
    written = time.monotonic() - began
    # THEN nothing lags behind. Read one by one with pauses, it took minutes.
    scene.settle(120)
    arrived = time.monotonic() - began
    scene.tell(f"{BURST} written in {written:.1f} s, all arrived {arrived - written:.1f} s later")
    assert arrived - written < max(10.0, written)


def test_a_backlog_is_replayed_at_a_fair_speed(scene: Scene) -> None:
    # GIVEN
    replica = scene.replica().start()
    names = scene.writer.create(300)
    scene.rest()
    replica.terminate()
    scene.writer.repeat(names, times=10)
    # WHEN
    began = time.monotonic()
    replica.start()
    # THEN
    account = scene.settle(120)
    took = time.monotonic() - began
    scene.tell(f"{BURST} states replayed within {took:.1f} s of the start")
    assert account.excused == ()
    # The labs' apiserver replays 9,000/s; a machine with two cores and eight users takes its time.
    assert took < 20
