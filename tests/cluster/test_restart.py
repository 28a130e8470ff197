"""The exporter ends and starts again: nothing twice, nothing lost."""

from __future__ import annotations

import time

import pytest

from tests.cluster.scene import SETTINGS, Scene

pytestmark = pytest.mark.cluster


def test_a_restart_without_changes_sends_nothing_twice(scene: Scene) -> None:
    # GIVEN
    replica = scene.replica().start()
    scene.writer.create(300)
    scene.rest()
    # WHEN
    for _ in range(3):
        assert replica.terminate().code == 0
        replica.start()
        replica.wait_for(lambda line: line["message"] == "leading", 30)
    scene.writer.create(1)
    # THEN
    assert scene.settle().duplicated == 0


def test_what_happened_in_between_comes_after_the_start_with_every_state(scene: Scene) -> None:
    # GIVEN
    replica = scene.replica().start()
    names = scene.writer.create(100)
    scene.rest()
    replica.terminate()
    # WHEN
    scene.writer.repeat(names, times=3)
    replica.start()
    # THEN the server's history still has the states that were written over
    account = scene.settle()
    assert (len(account.excused), account.gaps, account.duplicated) == (0, 1, 0)


def test_a_kill_in_a_burst_loses_nothing(scene: Scene) -> None:
    # GIVEN a stream that takes its time, so that something is under way
    replica = scene.replica(flush_interval=2).start()
    names = scene.writer.create(200)
    scene.rest()
    # WHEN
    scene.writer.repeat(names, times=2)
    replica.kill()
    scene.writer.create(50)
    replica.start()
    # THEN
    account = scene.settle()
    assert (len(account.excused), account.gaps) == (0, 1)


def test_a_first_start_that_is_killed_in_its_list_begins_it_again(scene: Scene) -> None:
    # GIVEN
    scene.writer.create(600)
    replica = scene.replica(list_page_size=20)
    # WHEN
    replica.start()
    assert scene.receiver.wait_until(lambda: scene.receiver.accepted > 0, 30)
    replica.kill()
    time.sleep(SETTINGS["lease_duration"])
    replica.start()
    # THEN
    scene.settle()


def test_start_now_leaves_out_what_is_there(scene: Scene) -> None:
    # GIVEN
    scene.writer.create(100)
    replica = scene.replica(start="now").start()
    replica.wait_for(lambda line: line["message"] == "leading", 30)
    scene.receiver.wait_until(lambda: len(scene.gaps()) > 0 or _watches(scene), 30)
    # WHEN
    new = set(scene.writer.create(50))
    # THEN
    assert scene.receiver.wait_until(lambda: _named(scene) >= new, 30)
    assert _named(scene) == new


def _named(scene: Scene) -> set[str]:
    return {receipt.record["metadata"]["name"] for receipt in scene.receiver.receipts()}


def _watches(scene: Scene) -> bool:
    return any(request.resource == "events" and request.verb == "watch" for request in scene.requests())
