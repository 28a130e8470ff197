"""People read the events and look at the dashboards, and change nothing."""

from __future__ import annotations

import pytest

from tests.fixtures.leftovers import SECURITY
from tests.search.access.conftest import People
from tests.search.access.requests import CHANGES, INDEX, READS, allowed, bulk, refused, statuses, with_headers

pytestmark = pytest.mark.search


def test_a_reader_reads_in_every_way_that_dashboards_does(people: People) -> None:
    assert allowed(people.operator, READS) == READS.keys()
    assert allowed(people.named_reader, READS) == READS.keys()


def test_a_reader_changes_nothing(people: People) -> None:
    before = people.administrator.documents()
    assert refused(people.operator, CHANGES) == CHANGES.keys()
    assert people.administrator.documents() == before


def test_a_reader_writes_no_documents_either(people: People) -> None:
    before = people.administrator.documents()
    for action in ("create", "index", "update", "delete"):
        source = [] if action == "delete" else [{"doc": {}} if action == "update" else {"count": 1}]
        assert statuses(people.operator, bulk({action: {"_index": INDEX, "_id": "1"}}, *source)) == {403}
        for missing in ("kube-events-2026.11.22", "other"):
            # What is not there is not there (404), which 2.19 may say before it asks who is asking.
            said = statuses(people.operator, bulk({action: {"_index": missing, "_id": "1"}}, *source))
            assert said <= ({403} if action in ("create", "index") else {403, 404})
    assert people.operator.ask("PUT", f"/{INDEX}/_create/2", {"count": 1}).status == 403
    assert people.administrator.documents() == before


def test_a_reader_leafs_through_many_documents_and_lets_go_of_them(people: People) -> None:
    # GIVEN the two ways there are
    scroll = people.operator.call("POST", "/kubernetes-events/_search?scroll=1m", {"size": 1})["_scroll_id"]
    point = people.operator.call("POST", "/kubernetes-events/_search/point_in_time?keep_alive=1m")["pit_id"]
    # WHEN / THEN
    for method, path, body in (
        ("POST", "/_search/scroll", {"scroll": "1m", "scroll_id": scroll}),
        ("DELETE", "/_search/scroll", {"scroll_id": scroll}),
        ("POST", "/_search", {"pit": {"id": point}}),
        ("DELETE", "/_search/point_in_time", {"pit_id": [point]}),
    ):
        assert people.operator.ask(method, path, body).status == 200


def test_a_reader_sees_nothing_else(people: People) -> None:
    people.administrator.call("PUT", "/other-2026.11.21/_create/1?refresh=true", {"count": 1})
    try:
        for path in (
            "/other-2026.11.21/_search",
            "/_search",
            "/*/_search",
            "/_cat/indices",
            f"{SECURITY}/roles",
        ):
            assert people.operator.ask("GET", path).status == 403
    finally:
        people.administrator.call("DELETE", "/other-2026.11.21")


def test_a_reader_looks_at_the_dashboards_of_our_tenants_and_changes_none(people: People) -> None:
    # GIVEN what Dashboards keeps of a tenant; the security plugin puts another index in the place of .kibana
    tenant = {"securitytenant": "kube_events"}
    administrator, reader = (with_headers(api, tenant) for api in (people.administrator, people.operator))
    made = administrator.call("PUT", "/.kibana/_doc/dashboard:1?refresh=true", {"type": "dashboard"})
    try:
        # WHEN / THEN
        found = reader.call("GET", "/.kibana/_search")["hits"]["hits"]
        assert [hit["_id"] for hit in found] == ["dashboard:1"]
        assert reader.ask("PUT", "/.kibana/_doc/dashboard:2", {"type": "dashboard"}).status == 403
        assert reader.ask("DELETE", "/.kibana/_doc/dashboard:1").status == 403
        assert statuses(reader, bulk({"index": {"_index": ".kibana", "_id": "2"}}, {"type": "x"})) == {403}
        # AND the tenant is nobody's who is no reader
        stranger = with_headers(people.stranger, tenant)
        assert stranger.ask("GET", "/.kibana/_search").status == 403
        # AND knowing the name of the index helps nobody
        assert people.operator.ask("GET", f"/{made['_index']}/_search").status == 403
    finally:
        people.administrator.call("DELETE", f"/{made['_index']}")


def test_a_reader_looks_at_the_dashboards_of_everybody_and_changes_none(people: People) -> None:
    # GIVEN what Dashboards keeps of its global tenant: the index itself, behind an alias
    people.administrator.call("PUT", "/.kibana_1/_doc/dashboard:1?refresh=true", {"type": "dashboard"})
    people.administrator.call("PUT", "/.kibana_1/_alias/.kibana")
    try:
        # WHEN / THEN
        assert people.operator.call("GET", "/.kibana/_search")["hits"]["total"]["value"] == 1
        assert people.operator.ask("PUT", "/.kibana/_doc/dashboard:2", {"type": "dashboard"}).status == 403
        assert people.stranger.ask("GET", "/.kibana/_search").status == 403
    finally:
        people.administrator.call("DELETE", "/.kibana_1")


def test_nobody_else_gets_in(people: People) -> None:
    # WHEN / THEN: few without a password, because the server shuts out for a while who tries that often
    for name in ("a search", "a document"):
        assert people.nobody.ask(*READS[name]).status == 401
    assert people.nobody.ask(*CHANGES["a document is deleted"]).status == 401
    assert refused(people.stranger, CHANGES) == CHANGES.keys()
    assert refused(people.stranger, READS) == READS.keys()
    document = bulk({"create": {"_index": INDEX, "_id": "2"}}, {"count": 1})
    assert (statuses(people.nobody, document), statuses(people.stranger, document)) == ({401}, {403})
