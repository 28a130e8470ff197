"""Two replicas, one that ships: it is killed, told to go, or cut off."""

from __future__ import annotations

import time

import pytest

from tests.cluster.receiver import Receiver
from tests.cluster.replica import Replica
from tests.cluster.scene import SETTINGS, Scene

pytestmark = pytest.mark.cluster

EXPIRY = SETTINGS["lease_duration"] + SETTINGS["retry_period"]


def _lead(replica: Replica) -> None:
    replica.wait_for(lambda line: line["message"] == "leading", 30)


def _pair(scene: Scene, **settings: object) -> tuple[Replica, Replica]:
    """Two replicas of which the first leads."""
    first, second = scene.replica("a", **settings).start(), scene.replica("b", **settings)
    _lead(first)
    return first, second.start()


def _sent_by(receiver: Receiver, name: str) -> list[float]:
    return [receipt.at for receipt in receiver.receipts() if receipt.sender == name]


def test_only_the_leader_ships(scene: Scene) -> None:
    _pair(scene)
    scene.writer.create(200)
    assert scene.settle().duplicated == 0
    assert _sent_by(scene.receiver, "b") == []


def test_when_the_leader_is_killed_the_other_takes_over_and_nothing_is_lost(scene: Scene) -> None:
    # GIVEN
    first, second = _pair(scene)
    names = scene.writer.create(100)
    scene.rest()
    # WHEN
    scene.writer.create(100)
    first.kill()
    killed = time.time()
    scene.writer.repeat(names, times=2)
    # THEN
    account = scene.settle()
    assert (len(account.excused), account.gaps) == (0, 1)
    took = min(at for at in _sent_by(scene.receiver, "b")) - killed
    scene.tell(f"the other shipped {took:.1f} s after the kill, a Lease lasts {SETTINGS['lease_duration']} s")
    assert second.running
    # AND the one that comes back waits
    first.start()
    scene.writer.create(50)
    scene.settle()
    assert max(_sent_by(scene.receiver, "a")) < killed + 1


def test_a_leader_that_is_told_to_go_hands_over_in_under_three_seconds(scene: Scene) -> None:
    # GIVEN the timings of production
    first, _ = _pair(scene, lease_duration=15, renew_deadline=10, retry_period=2)
    scene.writer.create(100)
    scene.rest()
    # WHEN
    scene.writer.create(100)
    told = time.time()
    end = first.terminate()
    scene.writer.create(100)
    # THEN
    account = scene.settle()
    assert end.code == 0
    assert (len(account.excused), account.gaps, account.duplicated) == (0, 1, 0)
    took = min(at for at in _sent_by(scene.receiver, "b")) - told
    scene.tell(f"ended after {end.seconds:.2f} s, the other shipped {took:.2f} s after SIGTERM")
    # The writes in between take their time as well, on a machine with two cores.
    assert took < 6


def test_a_leader_that_cannot_renew_stops_before_another_may_begin(scene: Scene) -> None:
    # GIVEN
    first, second = _pair(scene)
    scene.writer.create(100)
    scene.rest()
    # WHEN only the way of the leader is dead
    scene.proxy("a").stall()
    names = scene.writer.create(50)
    _lead(second)
    scene.proxy("a").heal()
    scene.writer.repeat(names)
    # THEN what it could still read when it came back to life was not sent by it
    account = scene.settle()
    assert account.excused == ()
    assert max(_sent_by(scene.receiver, "a")) < min(_sent_by(scene.receiver, "b"))
    # AND it is a candidate again
    assert first.running
    second.terminate()
    scene.writer.create(50)
    scene.settle()


def test_a_lease_that_is_missing_is_said_and_waited_for(scene: Scene) -> None:
    # GIVEN
    scene.plane.api.delete("/apis/coordination.k8s.io/v1/namespaces/kube-events/leases/kube-events-exporter")
    replica = scene.replica().start()
    scene.writer.create(50)
    # THEN
    replica.wait_for(lambda line: "there is no Lease" in str(line), 30)
    assert scene.receiver.states() == []
    # WHEN
    scene.installation.new_lease()
    # THEN
    scene.settle()
