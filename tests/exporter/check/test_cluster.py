"""`check` in the cluster: every right, the selector, the Lease, one line each, with what repairs it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exporter.check.cluster import check_cluster
from exporter.check.report import Report
from exporter.check.rights import OWNERS, REVIEWS
from exporter.settings import Settings
from tests.exporter.check.conftest import LEASE, Cluster
from tests.fixtures.cluster import Answer, refusal


def run(settings: Settings) -> tuple[bool, list[str]]:
    lines: list[str] = []
    report = Report(lines.append)
    check_cluster(settings, report)
    return report.is_well, lines


def test_all_is_well(cluster: Cluster, settings: Callable[..., Settings]) -> None:
    is_well, lines = run(settings())
    assert is_well
    assert lines == [
        f"ok      API server: {cluster.url} is Kubernetes v1.36.3\n",
        "ok      right to list and watch events in the whole cluster: granted\n",
        "ok      right to list and watch pods in the whole cluster: granted\n",
        "ok      right to get and update leases.coordination.k8s.io kube-events-exporter in namespace "
        "kube-events: granted\n",
        "ok      events: listed and watched\n",
        "ok      Lease: Lease kube-events/kube-events-exporter is there, held by pod-1_ab\n",
    ]
    assert cluster.reviewed[-1] == {
        "verb": "update",
        "group": "coordination.k8s.io",
        "resource": "leases",
        "namespace": "kube-events",
        "name": "kube-events-exporter",
    }


def test_only_what_the_settings_need_is_asked_for(
    cluster: Cluster, settings: Callable[..., Settings]
) -> None:
    cluster.lease = None
    chosen = settings(namespaces=("shop", "pay"), leader_election=False, pod_status=False)
    is_well, lines = run(chosen)
    assert is_well
    asked = [(one["verb"], one["resource"], one["namespace"]) for one in cluster.reviewed]
    assert asked == [(verb, "events", where) for where in ("shop", "pay") for verb in ("list", "watch")]
    assert lines[-2:] == [
        "ok      events of namespace shop: listed and watched\n",
        "ok      events of namespace pay: listed and watched\n",
    ]


@pytest.mark.parametrize(
    ("denied", "said"),
    [
        (
            ("watch", "events", ""),
            "failed  right to list and watch events in the whole cluster: may not watch: a ClusterRole needs "
            '{apiGroups: [""], resources: [events], verbs: [list, watch]}, bound to this service account\n',
        ),
        (
            ("update", "leases", "kube-events"),
            "failed  right to get and update leases.coordination.k8s.io kube-events-exporter in namespace "
            "kube-events: may not update: a Role in namespace kube-events needs {apiGroups: "
            "[coordination.k8s.io], resources: [leases], resourceNames: [kube-events-exporter], "
            "verbs: [get, update]}, bound to this service account\n",
        ),
    ],
)
def test_a_missing_right_is_said_with_the_rule_that_grants_it(
    cluster: Cluster, settings: Callable[..., Settings], denied: tuple[str, str, str], said: str
) -> None:
    cluster.denied.add(denied)
    is_well, lines = run(settings())
    assert not is_well
    assert [line for line in lines if line.startswith("failed")] == [said]


def test_what_the_server_leaves_out_is_said_and_tried(
    cluster: Cluster, settings: Callable[..., Settings]
) -> None:
    chosen = settings(drop=({"type": ["Normal"]}, {"severity": ["low"]}))
    _, lines = run(chosen)
    assert "ok      events: listed and watched, without what the server leaves out: type!=Normal\n" in lines
    assert cluster.selectors == {"type!=Normal"}


def test_a_lease_that_nobody_made_is_said(cluster: Cluster, settings: Callable[..., Settings]) -> None:
    cluster.lease = None
    is_well, lines = run(settings())
    assert not is_well
    assert lines[-1].startswith(
        "failed  Lease: there is no Lease kube-events/kube-events-exporter: the chart makes it, "
    )


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        (
            "/version",
            refusal(401, "Unauthorized", "stale"),
            "401 Unauthorized stale: the credentials are expired",
        ),
        ("/version", Answer(200, b"<html>"), "is no Kubernetes API server"),
        ("/version", Answer(200, b'{"gitVersion":"\xff"}'), "is no Kubernetes API server"),
        ("/api/v1/events", refusal(403, "Forbidden", "x"), "failed  events: 403 Forbidden x"),
        ("/api/v1/events", refusal(400, "BadRequest", "selector"), "failed  events: 400 BadRequest selector"),
        ("/api/v1/events", Answer(200, b"<html>"), "failed  events: the answer is no list: "),
        (REVIEWS, refusal(403, "Forbidden", "x"), "cannot ask for it: 403 Forbidden x"),
        (REVIEWS, Answer(201, b"{}"), "cannot ask for it: the answer is no SelfSubjectAccessReview"),
        (LEASE, Answer(200, b"[]"), "failed  Lease: the answer is no Lease"),
    ],
)
def test_every_answer_that_is_none_is_said_in_one_line(
    cluster: Cluster, settings: Callable[..., Settings], path: str, answer: Answer, said: str
) -> None:
    cluster.answers[path] = answer
    is_well, lines = run(settings())
    assert not is_well
    assert any(said in line for line in lines), lines
    assert all(line.count("\n") == 1 for line in lines)


def test_enrichment_says_what_it_may_get_and_what_it_cannot_know(
    cluster: Cluster, settings: Callable[..., Settings]
) -> None:
    cluster.denied |= {("get", "cronjobs", ""), ("get", "nodes", "")}
    is_well, lines = run(settings(enrich=True))
    assert is_well
    assert lines[-3:] == [
        "note    enrichment: may not get cronjobs.batch in the whole cluster, so events about such objects "
        "go on without labels and owners: a ClusterRole needs {apiGroups: [batch], resources: [cronjobs], "
        "verbs: [get]}, bound to this service account\n",
        "note    enrichment: may not get nodes in the whole cluster, so events about such objects go on "
        'without labels and owners: a ClusterRole needs {apiGroups: [""], resources: [nodes], '
        "verbs: [get]}, bound to this service account\n",
        "ok      enrichment: may get pods, replicasets, deployments, statefulsets, daemonsets, jobs; which "
        "others events will be about, only they can tell\n",
    ]


def test_enrichment_without_any_right_is_a_failure(
    cluster: Cluster, settings: Callable[..., Settings]
) -> None:
    cluster.denied |= {("get", resource, "") for resource in ("nodes", *(plural for _, plural in OWNERS))}
    is_well, lines = run(settings(enrich=True))
    assert not is_well
    assert lines[-1] == "failed  enrichment: none of what most events are about may be got\n"


def test_nothing_more_is_tried_without_credentials(settings: Callable[..., Settings]) -> None:
    is_well, lines = run(settings(kubeconfig="/nowhere/kubeconfig"))
    assert not is_well
    assert len(lines) == 1
    assert lines[0].startswith("failed  API server: cannot read kubeconfig /nowhere/kubeconfig: ")
