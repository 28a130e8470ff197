"""Real components write: deployments, the scheduler, nodes and kubelets that KWOK plays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.control_plane.components import ALL_PARTS, STORE_AND_SERVER
from sandbox.control_plane.plane import ControlPlane
from tests.cluster.account import judge
from tests.cluster.scene import PATIENCE, Scene
from tests.cluster.witness import Witness

pytestmark = pytest.mark.cluster

COMPONENTS = [part for part in ALL_PARTS if part not in STORE_AND_SERVER]

EXPECTED = {
    "ScalingReplicaSet",
    "SuccessfulCreate",
    "SuccessfulDelete",
    "Scheduled",
    "FailedScheduling",
    "RegisteredNode",
    "Created",
}
"""Of the deployment controller, the replica set controller, the scheduler, the node controller and KWOK."""


@pytest.fixture
def components(scene: Scene, plane: ControlPlane) -> Iterator[None]:
    """Controller manager, scheduler and KWOK, for one test."""
    assert scene
    for part in COMPONENTS:
        plane.start(part)
    yield
    for part in reversed(COMPONENTS):
        plane.stop(part)


def _node(number: int) -> dict[str, Any]:
    return {"metadata": {"name": f"fake-{number}", "annotations": {"kwok.x-k8s.io/node": "fake"}}}


def _deployment(replicas: int) -> dict[str, Any]:
    container = {"name": "web", "image": "example.com/web:1"}
    return {
        "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}},
        },
    }


def _huge_pod() -> dict[str, Any]:
    requests = {"cpu": "1000000"}
    container = {"name": "huge", "image": "example.com/huge:1", "resources": {"requests": requests}}
    return {"metadata": {"name": "huge"}, "spec": {"containers": [container]}}


@pytest.mark.usefixtures("components")
def test_what_real_components_write_arrives_state_by_state(
    scene: Scene, plane: ControlPlane, namespace: str
) -> None:
    # GIVEN
    replica = scene.replica().start()
    replica.wait_for(lambda line: line["message"] == "listed" and line.get("reader") == "events", 30)
    with Witness(plane) as witness:
        for number in range(3):
            plane.api.post("/api/v1/nodes", _node(number))
        # WHEN a deployment is made, grows and shrinks, and a Pod fits nowhere
        deployments = f"/apis/apps/v1/namespaces/{namespace}/deployments"
        plane.api.post(deployments, _deployment(8))
        plane.api.post(f"/api/v1/namespaces/{namespace}/pods", _huge_pod())
        scene.wait_until(lambda: _ready(scene, namespace) == 8)
        # No more: a recorder writes 25 events about one object, and then one every five minutes.
        for replicas in (14, 6):
            plane.api.patch(f"{deployments}/web", {"spec": {"replicas": replicas}})
            scene.wait_until(lambda wanted=replicas: _ready(scene, namespace) == wanted)  # type: ignore[misc]
        scene.receiver.wait_until(lambda: _reasons(scene).keys() >= EXPECTED, PATIENCE)
        scene.receiver.wait_until(
            lambda: {write.state for write in witness.writes} <= set(scene.receiver.states()), PATIENCE
        )
        account = judge(witness.writes, scene.held(), scene.receiver.states(), scene.gaps())
    # THEN
    reasons = _reasons(scene)
    scene.tell(f"{account}; {dict(reasons.most_common())}")
    assert account.complete
    assert (len(account.excused), account.duplicated) == (0, 0)
    assert reasons.keys() >= EXPECTED
    # AND events about Pods say where these run
    created = [each.record for each in scene.receiver.receipts() if each.record["reason"] == "Created"]
    assert {each["node"] for each in created} <= {"fake-0", "fake-1", "fake-2"}


def _reasons(scene: Scene) -> Counter[str]:
    return Counter(each.record["reason"] for each in scene.receiver.receipts() if not each.synthetic)


def _ready(scene: Scene, namespace: str) -> int:
    status = scene.plane.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")["status"]
    ready: int = status.get("readyReplicas", 0)
    return ready
