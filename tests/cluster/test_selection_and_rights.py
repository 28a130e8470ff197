"""Selection, enrichment and `check` against the real API server: it means by all of them what we do."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import msgspec
import pytest

from eventcore.event import Event
from eventcore.normalise import normalise
from exporter.check.cluster import check_cluster
from exporter.check.report import Report
from exporter.counts import Counts
from exporter.edges import open_transport
from exporter.enrich import Enricher
from exporter.selection import Selection
from exporter.selection.drop_rules import DropRules
from exporter.selection.field_selector import LABELS
from exporter.settings import Settings
from sandbox.control_plane.plane import ControlPlane
from tests.cluster.installation import Installation

pytestmark = pytest.mark.cluster

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def settings(kubeconfig: Path, **more: Any) -> Settings:
    given = {"cluster": "demo", "sink": "kinesis", "stream": "kube-events", "region": "eu-west-1"}
    return Settings(**{**given, "kubeconfig": str(kubeconfig), **more})


def event(raw: dict[str, Any]) -> Event:
    return normalise(raw, cluster="demo", received_at=NOW)


def make_events(plane: ControlPlane, namespace: str) -> list[dict[str, Any]]:
    """Events with every field that can be selected by, absent and in several values."""
    texts = ("", "one", "a,b=c\\d", "é \u2028!")
    made = []
    for number, (text, component, reporting) in enumerate(
        itertools.product(texts, ("", "one", "kubelet"), ("", "one"))
    ):
        involved = {name: text for name in ("kind", "name", "uid", "apiVersion", "fieldPath") if text}
        body = {
            "metadata": {"name": f"event-{number}", "namespace": namespace},
            "involvedObject": {**involved, "namespace": namespace},
            "source": {"component": component} if component else {},
            "reportingComponent": reporting,
            "reportingInstance": "x" if reporting else "",
            "type": "Normal" if number % 3 else "Warning",
        }
        if text:
            body["reason"] = text
        made.append(plane.api.post(f"/api/v1/namespaces/{namespace}/events", body))
    return made


def test_the_server_leaves_out_what_the_pushed_rules_say(plane: ControlPlane, namespace: str) -> None:
    # GIVEN
    made = make_events(plane, namespace)
    transport = open_transport(settings(plane.layout.kubeconfig))
    values = ["one", "a,b=c\\d", "é \u2028!", "kubelet", "Normal", namespace, "event-3"]
    for trail in LABELS:
        for value in values:
            pattern: Any = [value]
            for name in reversed(trail):
                pattern = {name: pattern}
            selection = Selection((), [pattern])
            assert selection.drops is None, "all of it is pushed"
            # WHEN
            body = transport.read(
                f"/api/v1/namespaces/{namespace}/events",
                {"fieldSelector": selection.field_selector},
                read_timeout=30,
            )
            # THEN
            left = {one["metadata"]["uid"] for one in msgspec.json.decode(body)["items"]}
            rule = DropRules([pattern])
            kept = {one["metadata"]["uid"] for one in made if not rule.drop(event(one))}
            assert left == kept, (trail, value)


def test_labels_and_owners_come_from_the_servers_metadata(plane: ControlPlane, namespace: str) -> None:
    # GIVEN a Pod of a ReplicaSet of a Deployment
    def make(path: str, body: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = plane.api.post(path, body)
        return made

    def owned_by(kind: str, owner: dict[str, Any]) -> list[dict[str, Any]]:
        metadata = owner["metadata"]
        reference = {"apiVersion": "apps/v1", "kind": kind, "name": metadata["name"], "uid": metadata["uid"]}
        return [{**reference, "controller": True}]

    labels = {"app": "web"}
    pod_spec = {"containers": [{"name": "c", "image": "invented"}]}
    spec = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod_spec},
    }
    apps = f"/apis/apps/v1/namespaces/{namespace}"
    deployment = make(f"{apps}/deployments", {"metadata": {"name": "web"}, "spec": spec})
    owners = owned_by("Deployment", deployment)
    replica_set = make(
        f"{apps}/replicasets", {"metadata": {"name": "web-1", "ownerReferences": owners}, "spec": spec}
    )
    metadata = {
        "name": "web-1-a",
        "labels": labels,
        "annotations": {"team": "shop", "other": "x"},
        "ownerReferences": owned_by("ReplicaSet", replica_set),
    }
    pod = make(f"/api/v1/namespaces/{namespace}/pods", {"metadata": metadata, "spec": pod_spec})
    # WHEN events about it, about a namesake before it, and about nothing are taken
    chosen = settings(plane.layout.kubeconfig, enrich=True, enrich_timeout=30.0, enrich_annotations=("team",))
    enricher = Enricher(chosen, open_transport(chosen), Counts())
    threads = [Thread(target=work, daemon=True) for _name, work in enricher.threads]
    for thread in threads:
        thread.start()
    came = Condition()
    found: dict[str, Event] = {}

    def hand_on(enriched: Event) -> None:
        with came:
            found[enriched.message] = enriched
            came.notify_all()

    about = {"kind": "Pod", "apiVersion": "v1", "namespace": namespace, "name": "web-1-a"}
    for message, reference in {
        "it": {**about, "uid": pod["metadata"]["uid"]},
        "namesake": {**about, "uid": "of-another"},
        "gone": {**about, "name": "gone"},
        "unknown": {**about, "kind": "Invented"},
    }.items():
        metadata = {"name": message, "namespace": namespace}
        assert (
            enricher.take(
                event({"metadata": metadata, "involvedObject": reference, "message": message}), hand_on
            )
            is None
        )
    with came:
        assert came.wait_for(lambda: len(found) == 4, 60)
    assert enricher.stop(10)
    # THEN
    involved = found["it"].involved_object
    assert found["it"].not_enriched == ""
    assert (involved.labels, involved.annotations) == (labels, {"team": "shop"})
    assert [(one.kind, one.name) for one in involved.owners] == [
        ("ReplicaSet", "web-1"),
        ("Deployment", "web"),
    ]
    assert found["namesake"].not_enriched == "another object has its name now"
    assert found["gone"].not_enriched == "it does not exist any more"
    assert found["unknown"].not_enriched == "the API server has no kind Invented of v1 that can be got"


def test_check_finds_what_the_manifests_grant_and_what_they_do_not(
    plane: ControlPlane, installation: Installation, tmp_path: Path
) -> None:
    # GIVEN the service account as it is installed
    kubeconfig = installation.kubeconfig(tmp_path, plane.layout.url, "check")
    lines: list[str] = []
    report = Report(lines.append)
    # WHEN
    check_cluster(settings(kubeconfig, lease_namespace="kube-events"), report)
    # THEN
    assert report.is_well, lines
    # AND what the manifests without enrichment do not grant is said
    lines.clear()
    check_cluster(settings(kubeconfig, lease_namespace="default", enrich=True), report)
    failed = [line for line in lines if line.startswith("failed")]
    assert len(failed) == 2, lines
    assert "may not get and update: a Role in namespace default needs" in failed[0]
    assert failed[1].startswith("failed  Lease: may not get Lease default/kube-events-exporter: ")
    assert "note    enrichment: may not get nodes in the whole cluster, " in "".join(lines)
    assert lines[-1].startswith("ok      enrichment: may get pods; ")
