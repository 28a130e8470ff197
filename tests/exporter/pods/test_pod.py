"""Pods in the forms in which they arrive."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings

from exporter.pods.nodes import PodNodes
from exporter.pods.pod import Pod, repaired
from exporter.watch.decoding import Decoding
from tests.eventcore.strategies import JSON_VALUES
from tests.exporter.pods.conftest import Watcher
from tests.exporter.pods.kubelet import POD_UID, ended, pod, pod_json, status


def test_a_bookmark_is_a_pod_with_a_version_and_nothing_else() -> None:
    bookmark = (
        b'{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"957",'
        b'"creationTimestamp":null},"spec":{"containers":null},"status":{}}}\n'
    )
    (line,) = Decoding(Pod, repaired).lines(bookmark).lines
    assert line.object.metadata.resource_version == "957"


def test_of_a_pod_with_one_odd_container_the_others_are_told() -> None:
    # GIVEN a status of which a later Kubernetes made something else
    odd = pod_json(ended(0) | {"name": "odd", "restartCount": "many"}, ended(0))
    page = msgspec.json.encode({"metadata": {"resourceVersion": "500"}, "items": [odd]})
    # WHEN
    (item,) = Decoding(Pod, repaired).page(page).items
    # THEN
    (event,) = Watcher().list(item)
    assert event.container is not None
    assert event.container.name == "app"
    assert event.node == "node-2.example.internal"


@settings(deadline=None)
@given(JSON_VALUES)
def test_repairing_never_fails(raw: object) -> None:
    assert isinstance(repaired(raw), Pod)
    fields = ("metadata", "spec", "status")
    assert isinstance(repaired(dict.fromkeys(fields, raw)), Pod)
    assert isinstance(repaired({"status": {"containerStatuses": [raw, ended(0)]}}), Pod)


def test_a_well_formed_pod_is_repaired_to_itself() -> None:
    raw = pod_json(ended(0), status(0, name="proxy"))
    assert repaired(raw).metadata == pod(ended(0), status(0, name="proxy")).metadata
    assert (
        repaired(raw).status.container_statuses
        == pod(ended(0), status(0, name="proxy")).status.container_statuses
    )


def test_where_a_pod_runs_is_known_as_soon_as_it_is_scheduled() -> None:
    watcher = Watcher()
    # GIVEN a Pod without a node
    watcher.list(pod(spec={"nodeName": ""}))
    assert watcher.nodes.of(POD_UID) == ""
    # WHEN it is scheduled, and later deleted
    watcher.see(pod())
    assert watcher.nodes.of(POD_UID) == "node-2.example.internal"
    watcher.see(pod(), change="DELETED")
    # THEN
    assert watcher.nodes.of(POD_UID) == ""
    assert watcher.nodes.of("nobody") == ""


def test_readers_of_several_namespaces_know_all_nodes_together() -> None:
    nodes = PodNodes()
    nodes.set("one", "node-1")
    nodes.set("two", "node-2")
    assert (nodes.of("one"), nodes.of("two")) == ("node-1", "node-2")


def test_events_may_wait_for_the_first_list() -> None:
    watcher = Watcher()
    watcher.states.listed([pod()])
    assert not watcher.states.ready.is_set()
    watcher.list(pod())
    assert watcher.states.ready.is_set()
