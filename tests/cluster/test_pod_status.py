"""Ends of containers, of which Kubernetes writes no event: status as a kubelet writes it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.cluster.kubelet import CONTAINER, LIMIT, NODE, Kubelet
from tests.cluster.replica import Replica
from tests.cluster.scene import Scene

pytestmark = pytest.mark.cluster

QUIET_SECONDS = 3.0
"""What would come a second time, would come within this."""


@pytest.fixture
def kubelet(scene: Scene, namespace: str) -> Kubelet:
    """A node with one Pod."""
    return Kubelet(scene.plane.api, namespace, "web-1")


def _start(scene: Scene, **settings: Any) -> Replica:
    """A replica that has seen how the Pods are."""
    replica = scene.replica(**settings).start()
    _wait_for_pods(replica)
    return replica


def _wait_for_pods(replica: Replica) -> None:
    replica.wait_for(lambda line: line["message"] == "listed" and line.get("reader") == "pods", 30)


def _ends(scene: Scene, kubelet: Kubelet) -> list[dict[str, Any]]:
    """The synthetic events of this Pod, as they arrived."""
    return [
        receipt.record
        for receipt in scene.receiver.receipts()
        if receipt.synthetic and receipt.record["involvedObject"]["uid"] == kubelet.uid
    ]


def _observations(scene: Scene, kubelet: Kubelet) -> set[tuple[str, str]]:
    """What is left of them in the index, however often each was delivered."""
    metadata = [end["metadata"] for end in _ends(scene, kubelet)]
    return {(each["uid"], each["resourceVersion"]) for each in metadata}


def _wait_for(scene: Scene, kubelet: Kubelet, number: int) -> list[dict[str, Any]]:
    """So many ends and, after a while without any, no more."""
    scene.receiver.wait_until(lambda: len(_ends(scene, kubelet)) >= number, 30)
    time.sleep(QUIET_SECONDS)
    ends = _ends(scene, kubelet)
    assert len(ends) == number
    return ends


def _loop(kubelet: Kubelet) -> None:
    """Once around a crash loop, with every status in between."""
    kubelet.oom_kill()
    kubelet.back_off()
    kubelet.restart()


def test_each_step_of_the_restart_count_is_one_oom_kill(
    scene: Scene, kubelet: Kubelet, namespace: str
) -> None:
    _start(scene)
    kubelet.run()
    # WHEN
    for _ in range(3):
        _loop(kubelet)
    # THEN
    ends = _wait_for(scene, kubelet, 3)
    assert [end["reason"] for end in ends] == ["OOMKilled"] * 3
    assert len({(end["metadata"]["uid"], end["metadata"]["resourceVersion"]) for end in ends}) == 3
    for end in ends:
        involved = end["involvedObject"]
        assert (involved["kind"], involved["namespace"], involved["name"]) == ("Pod", namespace, kubelet.name)
        assert (end["container"]["name"], end["container"]["memoryLimit"]) == (CONTAINER, LIMIT)
        assert end["container"]["exitCode"] == 137
        assert (end["severity"], end["node"]) == ("high", NODE)


def test_a_restart_of_the_exporter_tells_nothing_twice(scene: Scene, kubelet: Kubelet) -> None:
    # GIVEN
    replica = _start(scene)
    kubelet.run()
    _loop(kubelet)
    kubelet.oom_kill()
    _wait_for(scene, kubelet, 2)
    # WHEN
    for _ in range(2):
        assert replica.terminate().code == 0
        replica.start()
        _wait_for_pods(replica)
    # THEN
    _wait_for(scene, kubelet, 2)
    # AND the next one is told
    kubelet.restart()
    kubelet.oom_kill()
    _wait_for(scene, kubelet, 3)


def test_what_is_told_again_of_a_pod_that_changed_meanwhile_is_the_same_observation(
    scene: Scene, kubelet: Kubelet
) -> None:
    # GIVEN
    replica = _start(scene)
    kubelet.run()
    _loop(kubelet)
    kubelet.oom_kill()
    _wait_for(scene, kubelet, 2)
    # WHEN the Pod changes each time that the exporter is away
    for step in (kubelet.touch, kubelet.back_off, kubelet.restart, kubelet.touch):
        assert replica.terminate().code == 0
        step()
        replica.start()
        _wait_for_pods(replica)
    time.sleep(QUIET_SECONDS)
    # THEN it is one document for each end, and one message
    assert len(_observations(scene, kubelet)) == 2
    scene.tell(f"{len(_ends(scene, kubelet))} deliveries of 2 ends over 4 restarts and 4 changes of the Pod")


def test_a_killed_exporter_tells_the_same_observation_at_worst(scene: Scene, kubelet: Kubelet) -> None:
    # GIVEN an exporter that has told, and may not have said so in the Lease
    replica = _start(scene)
    kubelet.run()
    kubelet.oom_kill()
    assert scene.receiver.wait_until(lambda: len(_ends(scene, kubelet)) == 1, 30)
    # WHEN
    replica.kill()
    kubelet.back_off()
    kubelet.restart()
    replica.start()
    _wait_for_pods(replica)
    kubelet.oom_kill()
    # THEN
    assert scene.receiver.wait_until(lambda: len(_observations(scene, kubelet)) == 2, 30)
    time.sleep(QUIET_SECONDS)
    assert len(_observations(scene, kubelet)) == 2


def test_of_several_kills_between_two_looks_the_last_is_told_with_their_number(
    scene: Scene, kubelet: Kubelet
) -> None:
    # GIVEN a leader that stays one: the next one has not looked before
    _start(scene, lease_duration=60, renew_deadline=50)
    kubelet.run()
    _loop(kubelet)
    _wait_for(scene, kubelet, 1)
    # WHEN the way is closed, and the server's history of Pods is gone afterwards
    scene.proxy().refuse()
    for _ in range(4):
        _loop(kubelet)
    scene.plane.kill("kube-apiserver")
    scene.plane.store.compact()
    scene.plane.start("kube-apiserver")
    scene.proxy().heal()
    # THEN
    last = _wait_for(scene, kubelet, 2)[-1]
    scene.tell(f"said: {last['message']}")
    assert last["reason"] == "OOMKilled"
    # The one that was told before ended at restart count 0, this one was seen at 5.
    assert (last["container"]["restartCount"], last["container"].get("restarts")) == (5, 5)
    assert "3 earlier ends unseen" in last["message"]


def test_a_container_that_ends_by_itself_is_told_by_its_exit_code(scene: Scene, kubelet: Kubelet) -> None:
    _start(scene)
    kubelet.run()
    kubelet.exit(0)
    kubelet.restart()
    kubelet.exit(3)
    kubelet.delete()
    completed, failed = _wait_for(scene, kubelet, 2)
    assert (completed["reason"], completed["type"], completed["severity"]) == (
        "ContainerExited",
        "Normal",
        "low",
    )
    assert (failed["reason"], failed["type"], failed["container"]["exitCode"]) == (
        "ContainerExited",
        "Warning",
        3,
    )


def test_events_about_a_pod_say_its_node(scene: Scene, kubelet: Kubelet, namespace: str) -> None:
    _start(scene)
    kubelet.run()
    _loop(kubelet)
    _wait_for(scene, kubelet, 1)
    # WHEN a component writes an event that does not know the node
    event = {
        "metadata": {"generateName": "web-", "namespace": namespace},
        "involvedObject": {"kind": "Pod", "namespace": namespace, "name": kubelet.name, "uid": kubelet.uid},
        "reason": "Evicted",
        "type": "Warning",
        "message": "from a component elsewhere",
        "source": {"component": "somebody"},
        "firstTimestamp": "2026-11-21T10:00:00Z",
        "lastTimestamp": "2026-11-21T10:00:00Z",
    }
    scene.plane.api.post(f"/api/v1/namespaces/{namespace}/events", event)
    # THEN
    assert scene.receiver.wait_until(lambda: len(_nodes_of(scene, "Evicted")) == 1, 30)
    assert _nodes_of(scene, "Evicted") == [NODE]


def _nodes_of(scene: Scene, reason: str) -> list[str]:
    return [
        receipt.record.get("node", "")
        for receipt in scene.receiver.receipts()
        if receipt.record["reason"] == reason
    ]


def test_without_pod_status_no_pod_is_read(scene: Scene, kubelet: Kubelet) -> None:
    scene.replica(pod_status=False).start()
    kubelet.run()
    _loop(kubelet)
    scene.writer.create(20)
    scene.settle()
    assert _ends(scene, kubelet) == []
    assert all(request.resource != "pods" for request in scene.requests())
