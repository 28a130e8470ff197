"""The chart against the real API server: it is accepted, and its rights are enough and no more than that."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.control_plane.api import APPLY_PATCH, Api
from sandbox.control_plane.plane import ControlPlane
from scripts.chart.layout import COMBINATIONS
from scripts.chart.rendering import render
from scripts.helm import HelmMissing, find_helm
from tests.cluster.installation import MANIFESTS, NAME, NAMESPACE, Installation, kubectl, manifest
from tests.cluster.scene import Scene

pytestmark = pytest.mark.cluster

MONITORING = ("ServiceMonitor", "PrometheusRule")
"""Kinds of the Prometheus operator, which a bare cluster does not know."""

GRANTED = {
    ("get", "", "events", ""),
    ("list", "", "events", ""),
    ("watch", "", "events", ""),
    ("get", "", "pods", ""),
    ("list", "", "pods", ""),
    ("watch", "", "pods", ""),
    ("get", "coordination.k8s.io", "leases", NAME),
    ("update", "coordination.k8s.io", "leases", NAME),
}
"""Verb, group, resource and name of all that the exporter may do."""

REFUSED = [
    ("get", "", "secrets", ""),
    ("list", "", "secrets", ""),
    ("list", "", "configmaps", ""),
    ("get", "", "nodes", ""),
    ("list", "apps", "deployments", ""),
    ("create", "", "events", ""),
    ("delete", "", "events", ""),
    ("patch", "", "pods", ""),
    ("create", "", "pods", ""),
    ("create", "coordination.k8s.io", "leases", ""),
    ("list", "coordination.k8s.io", "leases", ""),
    ("delete", "coordination.k8s.io", "leases", NAME),
    ("patch", "coordination.k8s.io", "leases", NAME),
    ("update", "coordination.k8s.io", "leases", "another"),
    ("create", "", "serviceaccounts/token", NAME),
    ("impersonate", "", "users", ""),
    ("*", "*", "*", ""),
]


@pytest.fixture(scope="session")
def helm() -> Path:
    """Helm 3."""
    try:
        return find_helm(print)
    except HelmMissing as error:
        pytest.skip(f"THE CHART'S COMBINATIONS ARE NOT TRIED: {error}")


@pytest.fixture(scope="session")
def monitoring(plane: ControlPlane) -> None:
    """What the Prometheus operator teaches a cluster, as far as names go."""
    for kind in MONITORING:
        plural = f"{kind.lower()}s"
        names = {"kind": kind, "plural": plural, "singular": kind.lower()}
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
        plane.api.post(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            {
                "metadata": {"name": f"{plural}.monitoring.coreos.com"},
                "spec": {
                    "group": "monitoring.coreos.com",
                    "names": names,
                    "scope": "Namespaced",
                    "versions": [version],
                },
            },
        )
        crd = f"crd/{plural}.monitoring.coreos.com"
        kubectl(plane, "wait", "--for=condition=Established", "--timeout=30s", crd)


def _dry_run(plane: ControlPlane, path: Path) -> list[str]:
    """What the API server says of each object."""
    for each in yaml.safe_load_all(path.read_text()):
        namespace = (each or {}).get("metadata", {}).get("namespace", "default")
        # A namespace that is only dry-run is not there for what lies in it.
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        plane.api.patch(f"/api/v1/namespaces/{namespace}?fieldManager=tests", body, APPLY_PATCH)
    said = kubectl(plane, "apply", "--dry-run=server", "-f", str(path)).splitlines()
    assert all(line.endswith("(server dry run)") for line in said), said
    return said


@pytest.mark.parametrize("path", sorted(MANIFESTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_api_server_accepts_the_rendered_manifests(
    plane: ControlPlane, installed: Installation, path: Path
) -> None:
    objects = [each for each in yaml.safe_load_all(path.read_text()) if each]
    assert installed
    assert len(_dry_run(plane, path)) == len(objects)


@pytest.mark.parametrize("combination", sorted(COMBINATIONS))
@pytest.mark.usefixtures("installed", "monitoring")
def test_the_api_server_accepts_every_combination_of_values(
    plane: ControlPlane, helm: Path, tmp_path: Path, combination: str
) -> None:
    path = tmp_path / "rendered.yaml"
    path.write_text(render(helm, COMBINATIONS[combination]))
    objects = [each for each in yaml.safe_load_all(path.read_text()) if each]
    assert len(_dry_run(plane, path)) == len(objects)


@pytest.fixture
def as_exporter(plane: ControlPlane, installation: Installation) -> Iterator[Api]:
    """The API server as the service account sees it."""
    with closing(Api(plane.layout.url, ca=plane.layout.pki.ca, token=installation.token())) as api:
        yield api


def _may(api: Api, verb: str, group: str, resource: str, name: str) -> bool:
    resource, _, subresource = resource.partition("/")
    attributes: dict[str, Any] = {"verb": verb, "group": group, "resource": resource, "name": name}
    if group == "coordination.k8s.io" or subresource:
        attributes |= {"namespace": NAMESPACE, "subresource": subresource}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = api.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
    return bool(answer["status"]["allowed"])


def test_the_service_account_may_do_what_the_exporter_does(as_exporter: Api) -> None:
    assert {right for right in GRANTED if _may(as_exporter, *right)} == GRANTED


@pytest.mark.parametrize("right", REFUSED, ids=lambda right: "-".join(filter(None, right)))
def test_the_service_account_may_do_nothing_else(as_exporter: Api, right: tuple[str, str, str, str]) -> None:
    assert not _may(as_exporter, *right)


def test_the_exporter_runs_with_the_rendered_settings_and_asks_for_nothing_that_it_may_not(
    scene: Scene, plane: ControlPlane
) -> None:
    # GIVEN the file that the chart puts into the Pod, and an endpoint instead of AWS
    config = scene.folder / "config.yaml"
    config.write_text(manifest("ConfigMap")["data"]["config.yaml"])
    rendered = yaml.safe_load(config.read_text())
    port = _free_port()
    replica = scene.replica()
    replica.settings = {
        "config": config,
        "kubeconfig": replica.settings["kubeconfig"],
        "listen": f"127.0.0.1:{port}",
    }
    # WHEN
    scene.writer.create(50)
    replica.start()
    scene.settle()
    scene.writer.create(50)
    scene.settle()
    # THEN
    [cluster] = {receipt.record["cluster"]["name"] for receipt in scene.receiver.receipts()}
    assert cluster == rendered["cluster"]
    for page in ("livez", "readyz", "metrics"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=10) as answer:
            assert answer.status == 200
    assert replica.terminate().code == 0
    # AND the API server's own log has no request that it refused, and none beyond the rights
    requests = scene.requests()
    assert all(request.allowed for request in requests)
    asked = {(request.verb, request.resource) for request in requests}
    assert asked == {
        ("list", "events"),
        ("watch", "events"),
        ("list", "pods"),
        ("watch", "pods"),
        ("get", "leases.coordination.k8s.io"),
        ("update", "leases.coordination.k8s.io"),
    }
    scene.tell(f"asked for {sorted(asked)} and nothing else, {len(requests)} times")


def test_check_says_that_all_is_well(scene: Scene) -> None:
    answer = scene.replica().check()
    assert (answer.returncode, answer.stderr) == (0, "")
    assert all(line.startswith("ok ") for line in answer.stdout.splitlines()), answer.stdout
    scene.tell(answer.stdout.replace("\n", " | "))


CLUSTER_ROLE = f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{NAME}"
ROLE = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAMESPACE}/roles/{NAME}-lease"


def _rule(*resources: str, verbs: list[str]) -> dict[str, Any]:
    return {"apiGroups": [""], "resources": list(resources), "verbs": verbs}


@pytest.mark.parametrize(
    ("path", "rules", "missing"),
    [
        (CLUSTER_ROLE, [_rule("events", verbs=["get", "list", "watch"])], "list and watch pods"),
        (CLUSTER_ROLE, [_rule("pods", verbs=["get", "list", "watch"])], "list and watch events"),
        (CLUSTER_ROLE, [_rule("events", "pods", verbs=["get", "list"])], "may not watch"),
        (
            ROLE,
            [
                {
                    "apiGroups": ["coordination.k8s.io"],
                    "resources": ["leases"],
                    "resourceNames": [NAME],
                    "verbs": ["get"],
                }
            ],
            "may not update",
        ),
    ],
    ids=["no pods", "no events", "no watch", "no update of the Lease"],
)
def test_check_says_which_right_is_missing(
    scene: Scene, path: str, rules: list[dict[str, Any]], missing: str
) -> None:
    scene.plane.api.patch(path, {"rules": rules})
    try:
        replica = scene.replica()
        # The API server learns of it by a watch.
        scene.wait_until(lambda: replica.check().returncode == 1, 30)
        answer = replica.check()
    finally:
        scene.installation.apply()
    failed = [line for line in answer.stdout.splitlines() if line.startswith("failed")]
    assert any(missing in line for line in failed), answer.stdout
    scene.tell(failed[0])


def test_check_says_that_the_lease_is_missing(scene: Scene) -> None:
    scene.plane.api.delete(f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases/{NAME}")
    answer = scene.replica().check()
    scene.installation.new_lease()
    assert answer.returncode == 1
    assert "there is no Lease" in answer.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
