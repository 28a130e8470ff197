"""Document-level security: the examples of opensearch/roles/examples on a real server."""

from __future__ import annotations

import json

import pytest

from lambdas.setup_index.definitions import FILES
from tests.fixtures.access import new_user
from tests.fixtures.leftovers import SECURITY
from tests.fixtures.opensearch_api import OpenSearchApi
from tests.search.access.conftest import MANAGED
from tests.search.access.requests import INDEX
from tests.search.conftest import SetUp

pytestmark = pytest.mark.search

OBJECTS = {
    "1": ("production", "shop"),
    "2": ("production", "shop-eu"),
    "3": ("production", "shopping"),
    "4": ("production", "payments"),
    "5": ("production", None),
    "6": ("staging", "shop"),
}


@pytest.fixture
def set_up_with_events(secured_search: OpenSearchApi, set_up: SetUp) -> OpenSearchApi:
    """Events of several clusters and namespaces."""
    set_up(**MANAGED)
    for number, (cluster, namespace) in OBJECTS.items():
        document = {"cluster": {"name": cluster}, "involvedObject": {"namespace": namespace}}
        secured_search.call("PUT", f"/{INDEX}/_create/{number}?refresh=true", document)
    return secured_search


def member(api: OpenSearchApi, name: str) -> OpenSearchApi:
    """The server as somebody with this example's role sees it."""
    role = json.loads((FILES / "roles" / "examples" / f"{name}.json").read_text())
    api.call("PUT", f"{SECURITY}/roles/{name}", role)
    api.call("PUT", f"{SECURITY}/rolesmapping/{name}", {"backend_roles": ["team"]})
    return new_user(api, "member", ["team"])


@pytest.mark.parametrize(
    ("name", "visible"),
    [
        ("kube_events_team_shop", {"1", "2", "6"}),
        ("kube_events_cluster_production", {"1", "2", "3", "4", "5"}),
    ],
)
def test_a_team_sees_its_own_events_only(
    set_up_with_events: OpenSearchApi, name: str, visible: set[str]
) -> None:
    # GIVEN
    somebody = member(set_up_with_events, name)
    by_namespace = {"by": {"terms": {"field": "involvedObject.namespace"}}}
    # WHEN he searches, aggregates, counts, or gets one by its id
    found = somebody.call("POST", "/kubernetes-events/_search", {"size": 100, "aggs": by_namespace})
    # THEN
    namespaces = {OBJECTS[number][1] for number in visible} - {None}
    assert {hit["_id"] for hit in found["hits"]["hits"]} == visible
    assert {bucket["key"] for bucket in found["aggregations"]["by"]["buckets"]} == namespaces
    assert somebody.call("GET", "/kube-events-*/_count")["count"] == len(visible)
    got = {number for number in OBJECTS if somebody.ask("GET", f"/{INDEX}/_doc/{number}").status == 200}
    assert got == visible
    assert somebody.ask("DELETE", f"/{INDEX}/_doc/1").status == 403


def test_a_global_aggregation_escapes_the_servers_document_level_security(
    set_up_with_events: OpenSearchApi,
) -> None:
    # docs/access.md warns of it, and says what separates for certain. When a server knows better this fails.
    # GIVEN
    somebody = member(set_up_with_events, "kube_events_team_shop")
    # WHEN
    beside = {"all": {"global": {}, "aggs": {"by": {"terms": {"field": "involvedObject.namespace"}}}}}
    found = somebody.call("POST", "/kubernetes-events/_search", {"size": 0, "aggs": beside})
    # THEN
    assert found["hits"]["total"]["value"] == 3
    assert found["aggregations"]["all"]["doc_count"] == len(OBJECTS)


def test_indices_of_one_cluster_are_closed_to_who_may_read_those_of_another(
    secured_search: OpenSearchApi, set_up: SetUp
) -> None:
    # GIVEN an index for each cluster, and the reader's role narrowed to the indices of one
    set_up(**MANAGED)
    for cluster in ("production", "staging"):
        document = {"cluster": {"name": cluster}}
        secured_search.call("PUT", f"/kube-events-{cluster}-2026.11.21/_create/1?refresh=true", document)
    role = json.loads((FILES / "roles" / "kube_events_reader.json").read_text())
    role["index_permissions"][0]["index_patterns"] = ["kube-events-production-*"]
    secured_search.call("PUT", f"{SECURITY}/roles/kube_events_production", role)
    secured_search.call("PUT", f"{SECURITY}/rolesmapping/kube_events_production", {"backend_roles": ["team"]})
    somebody = new_user(secured_search, "member", ["team"])
    # WHEN
    beside = {"all": {"global": {}}}
    found = somebody.call("POST", "/kube-events-production-*/_search", {"size": 10, "aggs": beside})
    # THEN
    assert found["aggregations"]["all"]["doc_count"] == 1
    for path in (
        "/kube-events-staging-2026.11.21/_search",
        "/kube-events-*/_search",
        "/kubernetes-events/_search",
    ):
        assert somebody.ask("GET", path).status == 403
