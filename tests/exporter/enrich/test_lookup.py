"""Look-ups: each object is asked for once, and every reason for finding nothing is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from exporter.enrich.cache import Cache
from exporter.enrich.chain import MAX_OWNERS, enriched
from exporter.enrich.discovery import Discovery
from exporter.enrich.lookup import FAILED_SECONDS, FORBIDDEN_SECONDS, GONE_SECONDS, KNOWN_SECONDS, Lookup
from exporter.enrich.metadata import ACCEPT, Choice
from exporter.enrich.reference import involved
from exporter.watch.transport import Transport
from tests.exporter.enrich.conftest import ObjectServer, about, owner
from tests.fixtures.cluster import Answer, refusal
from tests.fixtures.receivers import Clock

PODS = "/api/v1/namespaces/shop/pods"
REPLICA_SETS = "/apis/apps/v1/namespaces/shop/replicasets"
DEPLOYMENTS = "/apis/apps/v1/namespaces/shop/deployments"


@pytest.fixture
def lookup(transport: Callable[[], Transport], clock: Clock) -> Lookup:
    cache = Cache(100, clock=clock)
    return Lookup(transport(), Discovery(clock=clock), cache, Choice(["team"]), clock=clock)


def reason(lookup: Lookup, kind: str, name: str, **fields: str) -> str:
    event = about(kind, name, **fields)
    return enriched(event, lookup.look_up(involved(event))).not_enriched


def test_a_pod_gets_labels_annotations_and_all_its_owners(objects: ObjectServer, lookup: Lookup) -> None:
    labels, annotations = {"app": "web"}, {"team": "shop", "other": "x"}
    for name in ("web-1-a", "web-1-b"):
        objects.has(
            PODS, name, labels=labels, annotations=annotations, ownerReferences=[owner("ReplicaSet", "web-1")]
        )
    objects.has(REPLICA_SETS, "web-1", ownerReferences=[owner("Deployment", "web")])
    objects.has(DEPLOYMENTS, "web")
    event = about("Pod", "web-1-a")
    found = enriched(event, lookup.look_up(involved(event)))
    assert found.involved_object.labels == {"app": "web"}
    assert found.involved_object.annotations == {"team": "shop"}
    assert [(one.kind, one.name) for one in found.involved_object.owners] == [
        ("ReplicaSet", "web-1"),
        ("Deployment", "web"),
    ]
    assert found.not_enriched == ""
    # AND nothing else about the event has changed
    bare = replace(found.involved_object, labels={}, annotations={}, owners=())
    assert replace(found, involved_object=bare) == event
    # AND of another Pod only itself is asked for
    lookup.look_up(involved(about("Pod", "web-1-b")))
    lookup.look_up(involved(about("ReplicaSet", "web-1", apiVersion="apps/v1")))
    assert objects.count() == {"web-1-a": 1, "web-1-b": 1, "web-1": 1, "web": 1}
    assert objects.asked[-1].headers["Accept"] == ACCEPT


def test_an_object_is_asked_for_again_when_what_is_known_is_old(
    objects: ObjectServer, lookup: Lookup, clock: Clock
) -> None:
    objects.has(PODS, "web", labels={"v": "1"})
    assert reason(lookup, "Pod", "web") == ""
    clock.now += KNOWN_SECONDS
    assert reason(lookup, "Pod", "web") == ""
    assert objects.count() == {"web": 2}


def test_owners_that_own_each_other_end_the_chain(objects: ObjectServer, lookup: Lookup) -> None:
    objects.has(REPLICA_SETS, "a", ownerReferences=[owner("ReplicaSet", "b")])
    objects.has(REPLICA_SETS, "b", ownerReferences=[owner("ReplicaSet", "a")])
    facts = lookup.look_up(involved(about("ReplicaSet", "a", apiVersion="apps/v1")))
    assert [one.name for one in facts.owners] == ["b"]
    assert facts.reason == ""


def test_a_chain_without_end_is_followed_for_a_few_steps(objects: ObjectServer, lookup: Lookup) -> None:
    for number in range(50):
        objects.has(REPLICA_SETS, f"r{number}", ownerReferences=[owner("ReplicaSet", f"r{number + 1}")])
    facts = lookup.look_up(involved(about("ReplicaSet", "r0", apiVersion="apps/v1")))
    assert [one.name for one in facts.owners] == ["r1", "r2", "r3", "r4", "r5"]
    assert objects.count().total() == MAX_OWNERS


def test_an_owner_that_cannot_be_got_is_named_and_what_is_known_stays(
    objects: ObjectServer, lookup: Lookup
) -> None:
    objects.has(PODS, "web", labels={"app": "web"}, ownerReferences=[owner("ReplicaSet", "web-1")])
    event = about("Pod", "web")
    found = enriched(event, lookup.look_up(involved(event)))
    assert found.not_enriched == "owners above ReplicaSet web-1: it does not exist any more"
    assert found.involved_object.labels == {"app": "web"}
    assert [one.name for one in found.involved_object.owners] == ["web-1"]


def test_an_object_that_took_over_a_name_is_not_the_one_that_is_meant(
    objects: ObjectServer, lookup: Lookup
) -> None:
    objects.has(PODS, "db-0", uid="uid-later", labels={"app": "db"})
    for _ in range(2):
        assert reason(lookup, "Pod", "db-0") == "another object has its name now"
    assert objects.count() == {"db-0": 1}
    # AND an event about the later one gets its labels
    assert reason(lookup, "Pod", "db-0", uid="uid-later") == ""


def test_an_owner_that_took_over_a_name_is_not_the_owner(objects: ObjectServer, lookup: Lookup) -> None:
    objects.has(PODS, "web", ownerReferences=[owner("ReplicaSet", "web-1")])
    objects.has(REPLICA_SETS, "web-1", uid="uid-later", ownerReferences=[owner("Deployment", "x")])
    assert reason(lookup, "Pod", "web") == "owners above ReplicaSet web-1: another object has its name now"


def test_a_static_pods_event_names_the_hash_that_its_mirror_bears(
    objects: ObjectServer, lookup: Lookup
) -> None:
    mirror = {"kubernetes.io/config.mirror": "81cdabfc"}
    objects.has(PODS, "etcd", uid="uid-of-the-mirror", annotations=mirror, labels={"tier": "control-plane"})
    assert reason(lookup, "Pod", "etcd", uid="81cdabfc") == ""


def test_kubelets_events_name_a_node_by_its_name_in_the_uid(objects: ObjectServer, lookup: Lookup) -> None:
    objects.has("/api/v1/nodes", "node-1", uid="uid-of-the-node")
    assert reason(lookup, "Node", "node-1", uid="node-1", namespace="") == ""
    assert reason(lookup, "Node", "node-1", uid="other") == "another object has its name now"


def test_an_event_without_uid_means_whatever_has_the_name(objects: ObjectServer, lookup: Lookup) -> None:
    objects.has(PODS, "web", uid="any")
    assert reason(lookup, "Pod", "web", uid="", apiVersion="") == ""


def test_what_is_gone_is_remembered_for_a_short_time(
    objects: ObjectServer, lookup: Lookup, clock: Clock
) -> None:
    for _ in range(2):
        assert reason(lookup, "Pod", "web") == "it does not exist any more"
    assert objects.count() == {"web": 1}
    clock.now += GONE_SECONDS
    objects.has(PODS, "web")
    assert reason(lookup, "Pod", "web") == ""


def test_a_missing_right_is_asked_for_once_for_all_objects_of_the_kind_in_the_namespace(
    objects: ObjectServer, lookup: Lookup, clock: Clock
) -> None:
    for name in ("a", "b"):
        objects.answers[f"{PODS}/{name}"] = refusal(403, "Forbidden", "cannot get resource pods")
    for name in ("a", "b", "a"):
        assert reason(lookup, "Pod", name) == "403 Forbidden cannot get resource pods"
    assert objects.count() == {"a": 1}
    # AND the right may be granted
    clock.now += FORBIDDEN_SECONDS
    objects.has(PODS, "b")
    assert reason(lookup, "Pod", "b") == ""


def test_a_server_that_asks_for_patience_is_left_alone(
    objects: ObjectServer, lookup: Lookup, clock: Clock
) -> None:
    objects.answers[f"{PODS}/a"] = refusal(429, "TooManyRequests", Retry_After="20")
    objects.has(PODS, "b")
    assert reason(lookup, "Pod", "a").startswith("429 TooManyRequests")
    assert reason(lookup, "Pod", "b") == "the API server asked for patience"
    clock.now += 20
    assert reason(lookup, "Pod", "b") == ""
    assert objects.count() == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refusal(500, "InternalError", "etcd"), "500 InternalError etcd"),
        (Answer(200, b"<html>"), "the object is none: "),
        (refusal(401, "Unauthorized", "stale"), "401 Unauthorized stale"),
    ],
)
def test_an_answer_that_says_nothing_about_the_object_is_soon_forgotten(
    objects: ObjectServer, lookup: Lookup, clock: Clock, answer: Answer, said: str
) -> None:
    objects.answers[f"{PODS}/web"] = answer
    assert reason(lookup, "Pod", "web").startswith(said)
    objects.has(PODS, "web")
    assert reason(lookup, "Pod", "web").startswith(said)
    clock.now += FAILED_SECONDS
    assert reason(lookup, "Pod", "web") == ""


def test_a_kind_that_there_is_not_is_said(objects: ObjectServer, lookup: Lookup) -> None:
    assert reason(lookup, "Invented", "web") == "the API server has no kind Invented of v1 that can be got"
    assert reason(lookup, "Ivt", "web", apiVersion="") == "the API server has no kind Ivt that can be got"
    assert not objects.count()


@pytest.mark.parametrize("name", ["", ".", "..", "../../secrets/x", "a%2fb"])
def test_a_name_that_is_none_leads_nowhere(objects: ObjectServer, lookup: Lookup, name: str) -> None:
    assert reason(lookup, "Pod", name) == "the event names no object"
    assert reason(lookup, "Pod", "x", namespace=name or "..") == "the event names no object"
    assert not objects.asked


def test_the_reason_for_not_reading_the_kinds_is_said(objects: ObjectServer, lookup: Lookup) -> None:
    objects.answers["/api"] = refusal(503, "ServiceUnavailable", "starting")
    assert reason(lookup, "Pod", "web") == "503 ServiceUnavailable starting"
