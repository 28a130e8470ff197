"""`make smoke`: what it puts into a cluster, what it waits for, what it takes away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.chart.layout import ROOT
from scripts.smoke.signs import SIGNS
from scripts.smoke.workloads import FOLDER, IMAGE

WORKLOADS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yaml"))}

KUBECTL = """\
import json, pathlib, sys
here = pathlib.Path(__file__).parent
words = [word for word in sys.argv[1:] if not word.startswith("--request-timeout")]
with (here / "calls").open("a") as log:
    log.write(" ".join(words) + "\\n")
if words[0] == "config":
    print("prod-eu")
elif words[0] == "apply":
    (here / "applied").open("a").write(sys.stdin.read() + "\\n---\\n")
    print("applied")
elif words[0] == "delete":
    print(f"{words[1]} deleted")
elif words[0] == "get":
    file = here / f"{words[1]}.json"
    if not file.exists():
        sys.exit('Error from server (NotFound): namespaces "x" not found')
    print(file.read_text())
"""


class Cluster:
    """A kubectl that answers what is put here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        program = folder / "kubectl"
        program.write_text(f"#!{sys.executable}\n{KUBECTL}")
        program.chmod(0o755)
        self.has("events", [])
        self.has("pods", [])

    def has(self, kind: str, items: list[dict[str, Any]]) -> None:
        answer = {"kind": "List", "metadata": {"resourceVersion": "7"}, "items": items}
        (self._folder / f"{kind}.json").write_text(json.dumps(answer))

    def has_namespace(self, **labels: str) -> None:
        (self._folder / "namespace.json").write_text(json.dumps({"metadata": {"labels": labels}}))

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scripts.smoke", *arguments],
            env={**os.environ, "PATH": str(self._folder)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        return (self._folder / "calls").read_text().splitlines()

    @property
    def applied(self) -> list[dict[str, Any]]:
        return [
            document for document in yaml.safe_load_all((self._folder / "applied").read_text()) if document
        ]


@pytest.fixture
def cluster(tools: Path) -> Cluster:
    return Cluster(tools)


def event(workload: str, reason: str, *, type_: str = "Warning", message: str = "…") -> dict[str, Any]:
    return {
        "metadata": {
            "uid": f"u-{workload}-{reason}",
            "resourceVersion": "5",
            "namespace": "kube-events-smoke",
        },
        "involvedObject": {"kind": "Pod", "namespace": "kube-events-smoke", "name": f"{workload}-5f-x"},
        "reason": reason,
        "type": type_,
        "message": message,
    }


def pod(workload: str, reason: str, exit_code: int) -> dict[str, Any]:
    ended = {
        "exitCode": exit_code,
        "reason": reason,
        "containerID": "containerd://b",
        "startedAt": "2026-11-21T13:00:00Z",
        "finishedAt": "2026-11-21T13:00:05Z",
    }
    status = {
        "name": "main",
        "restartCount": 1,
        "containerID": "containerd://b",
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": ended},
    }
    return {
        "metadata": {
            "uid": f"p-{workload}",
            "resourceVersion": "6",
            "name": f"{workload}-5f-x",
            "namespace": "kube-events-smoke",
            "creationTimestamp": "2026-11-21T12:59:00Z",
        },
        "spec": {"containers": [{"name": "main", "resources": {"limits": {"memory": "32Mi"}}}]},
        "status": {"containerStatuses": [status]},
    }


def everything_went_wrong(cluster: Cluster) -> None:
    cluster.has(
        "events", [event("smoke-crashing", "BackOff"), event("smoke-unschedulable", "FailedScheduling")]
    )
    cluster.has("pods", [pod("smoke-crashing", "Error", 3), pod("smoke-over-memory", "OOMKilled", 137)])


def test_it_ends_well_when_all_is_there_that_an_exporter_ships(cluster: Cluster) -> None:
    everything_went_wrong(cluster)
    answer = cluster.call("run")
    assert answer.returncode == 0, answer.stderr
    assert "the context prod-eu" in answer.stdout
    for sign in SIGNS:
        assert f"{sign.reason} of {sign.workload}-5f-x: " in answer.stdout
    # Whom the default rules tell of a kill for lack of memory.
    (line,) = [line for line in answer.stdout.splitlines() if "OOMKilled" in line]
    assert "high, told to ops-mail after 30 s: " in line


def test_what_was_waited_for_in_vain_is_named(cluster: Cluster) -> None:
    # GIVEN a cluster without kubelets: the scheduler is all that says something
    cluster.has("events", [event("smoke-unschedulable", "FailedScheduling")])
    answer = cluster.call("run", "--patience=0")
    assert answer.returncode == 1
    missing = [line for line in answer.stdout.splitlines() if line.startswith("not seen: ")]
    assert missing == [
        "not seen: ContainerExited of smoke-crashing",
        "not seen: BackOff of smoke-crashing",
        "not seen: OOMKilled of smoke-over-memory",
    ]


def test_an_image_that_cannot_be_pulled_is_no_crash(cluster: Cluster) -> None:
    pulling = 'Failed to pull image "busybox:1.37": no such host'
    cluster.has(
        "events",
        [
            event("smoke-crashing", "BackOff", type_="Normal", message="Back-off pulling image"),
            event("smoke-crashing", "Failed", message=pulling),
        ],
    )
    answer = cluster.call("run", "--patience=0")
    assert "not seen: BackOff of smoke-crashing" in answer.stdout
    assert f"say another one by IMAGE=…: {pulling}" in answer.stdout


def test_other_peoples_events_do_not_count(cluster: Cluster) -> None:
    everything_went_wrong(cluster)
    cluster.has("events", [event("checkout", "BackOff"), event("smoke-unschedulable", "FailedScheduling")])
    assert cluster.call("run", "--patience=0").returncode == 1


def test_rules_of_ones_own_say_who_is_told(cluster: Cluster, tmp_path: Path) -> None:
    everything_went_wrong(cluster)
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "drop: [{reason: [BackOff]}]\n"
        "route: {receivers: [], routes: [{match: {reason: [OOMKilled]}, receiver: sre, group_wait: 5s}]}\n"
    )
    said = cluster.call("run", f"--rules={rules}").stdout
    assert "BackOff of smoke-crashing-5f-x: dropped by the rules" in said
    assert "told to sre after 5 s" in said
    assert "FailedScheduling of smoke-unschedulable-5f-x: high, told to nobody" in said


def test_a_namespace_is_made_where_there_is_none(cluster: Cluster) -> None:
    cluster.call("run", "--patience=0", "--image=registry.example.com/busybox:1")
    namespace, *workloads = cluster.applied
    assert namespace["kind"] == "Namespace"
    assert [item["metadata"]["name"] for item in workloads] == [f"smoke-{name}" for name in WORKLOADS]
    for item in workloads:
        (container,) = item["spec"]["template"]["spec"]["containers"]
        assert container["image"] == "registry.example.com/busybox:1"


def test_a_namespace_of_somebody_else_is_left_alone(cluster: Cluster) -> None:
    cluster.has_namespace()
    cluster.call("run", "--patience=0", "--namespace=shop")
    assert "Namespace" not in {item["kind"] for item in cluster.applied}
    cluster.call("clean", "--namespace=shop")
    deleted = [line for line in cluster.calls if line.startswith("delete")]
    selector = "--selector=app.kubernetes.io/part-of=kube-events-smoke"
    assert deleted == [f"delete deployment {selector} --namespace=shop --ignore-not-found"]


def test_a_namespace_that_was_made_here_goes_with_the_rest(cluster: Cluster) -> None:
    cluster.has_namespace(**{"app.kubernetes.io/part-of": "kube-events-smoke"})
    answer = cluster.call("clean")
    assert answer.stdout.splitlines() == ["deployment deleted", "namespace deleted"]


def test_where_nothing_is_nothing_is_removed(cluster: Cluster) -> None:
    answer = cluster.call("clean")
    assert (answer.returncode, answer.stdout) == (0, "nothing of ours is there\n")
    assert not [line for line in cluster.calls if line.startswith("delete")]


def test_without_kubectl_it_says_so(tools: Path) -> None:
    cluster = Cluster(tools)
    (tools / "kubectl").unlink()
    answer = cluster.call("run")
    assert (answer.returncode, answer.stderr) == (1, "error: kubectl is missing: install it\n")


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_workload_runs_under_the_strictest_standard_and_is_ours(name: str) -> None:
    workload = WORKLOADS[name]
    labels = workload["spec"]["template"]["metadata"]["labels"]
    assert workload["metadata"]["labels"] == workload["spec"]["selector"]["matchLabels"] == labels
    assert labels["app.kubernetes.io/part-of"] == "kube-events-smoke"
    spec = workload["spec"]["template"]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = spec["containers"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["image"] == IMAGE
    # It cannot take anything from anybody.
    assert container["resources"]["limits"]["memory"] == "32Mi"
