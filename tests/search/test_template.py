"""The index template on every server there is, with and without security."""

from __future__ import annotations

import pytest

from lambdas.setup_index.definitions import index_template
from tests.fixtures.opensearch_api import OpenSearchApi
from tests.search.conftest import SetUp

pytestmark = pytest.mark.search

INDEX = "kube-events-2026.11.21"


def test_the_template_gives_new_indices_alias_and_mapping(clean_search: OpenSearchApi, set_up: SetUp) -> None:
    # WHEN
    assert set_up()["template"] == "created"
    clean_search.call("PUT", f"/{INDEX}/_create/1", {"count": 3, "unknown": {"field": 1}})
    # THEN
    made = clean_search.call("GET", f"/{INDEX}")[INDEX]
    wanted = index_template()["template"]
    assert made["aliases"] == wanted["aliases"]
    assert made["mappings"]["properties"].keys() == wanted["mappings"]["properties"].keys()
    assert set_up()["template"] == "unchanged"


def test_the_index_that_is_written_gets_the_fields_of_a_newer_template(
    clean_search: OpenSearchApi, set_up: SetUp
) -> None:
    # GIVEN yesterday's and today's index, made by an older template
    older = index_template()
    older["version"] -= 1
    older["template"]["mappings"]["_meta"]["version"] -= 1
    del older["template"]["mappings"]["properties"]["cluster"]
    clean_search.call("PUT", "/_index_template/kube-events", older)
    for day in ("2026.11.20", "2026.11.21"):
        clean_search.call("PUT", f"/kube-events-{day}/_create/1", {"cluster": {"name": "production"}})
    # WHEN
    summary = set_up()
    clean_search.call("PUT", f"/{INDEX}/_create/2", {"cluster": {"name": "production"}})
    # THEN what is written from now on is found by the new field, and the answer says where it is not
    found = clean_search.documents(query={"term": {"cluster.name": "production"}})
    assert [(hit["_index"], hit["_id"]) for hit in found] == [(INDEX, "2")]
    assert summary["template"] == "updated"
    assert summary["mappings"] == {
        "current": 0,
        "older": 2,
        "older_named": [INDEX, "kube-events-2026.11.20"],
        "extended": [INDEX],
    }


def test_a_newer_template_is_left(clean_search: OpenSearchApi, set_up: SetUp) -> None:
    newer = index_template() | {"version": index_template()["version"] + 1}
    clean_search.call("PUT", "/_index_template/kube-events", newer)
    assert set_up()["template"].startswith("left: the server has version")
    [found] = clean_search.call("GET", "/_index_template/kube-events")["index_templates"]
    assert found["index_template"]["version"] == newer["version"]
