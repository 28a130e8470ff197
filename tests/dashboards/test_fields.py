"""Every field that a saved object names is one of the index, of a type that can do what is asked of it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from eventcore.document_fields import BY_NAME, FIELDS
from tests.dashboards.objects import (
    ASKING,
    OFFERING,
    SavedObject,
    controls,
    id_of,
    of_type,
    search_source,
    state,
)
from tests.queries.dql import translate

SUITABLE = {
    "terms": {"keyword", "long", "boolean"},
    "cardinality": {"keyword"},
    "date_histogram": {"date"},
    "max": {"date", "long"},
    "min": {"date", "long"},
    "top_hits": {"keyword", "text", "date", "long", "boolean"},
}


def queries(saved: SavedObject) -> Iterator[str]:
    yield search_source(saved)["query"]["query"]
    if saved["type"] == "visualization":
        for agg in state(saved)["aggs"]:
            for one in agg["params"].get("filters", []):
                assert one["input"]["language"] == "kuery"
                yield one["input"]["query"]


@pytest.mark.parametrize("visualization", ASKING, ids=id_of)
def test_an_aggregation_is_over_a_field_that_it_suits(visualization: SavedObject) -> None:
    for agg in state(visualization)["aggs"]:
        if agg["type"] in SUITABLE:
            assert BY_NAME[agg["params"]["field"]].type in SUITABLE[agg["type"]], agg
        else:
            assert agg["type"] in {"count", "filters"}
        if agg["params"].get("missingBucket"):
            assert BY_NAME[agg["params"]["field"]].type == "keyword"


@pytest.mark.parametrize("saved", [*ASKING, *of_type("search")], ids=id_of)
def test_a_query_is_dql_over_fields_of_the_index(saved: SavedObject) -> None:
    for text in queries(saved):
        translate(text)


@pytest.mark.parametrize("search", of_type("search"), ids=id_of)
def test_columns_and_sorting_are_fields_of_the_index(search: SavedObject) -> None:
    assert all(BY_NAME[column].type != "kept" for column in search["attributes"]["columns"])
    for field, order in search["attributes"]["sort"]:
        assert BY_NAME[field].type in {"keyword", "date", "long", "boolean"}
        assert order in {"asc", "desc"}


@pytest.mark.parametrize("visualization", OFFERING, ids=id_of)
def test_a_control_offers_a_keyword(visualization: SavedObject) -> None:
    assert all(BY_NAME[control["fieldName"]].type == "keyword" for control in controls(visualization))


def test_the_index_pattern_has_every_field_that_is_indexed() -> None:
    (pattern,) = of_type("index-pattern")
    listed = {field["name"]: field for field in json.loads(pattern["attributes"]["fields"])}
    assert {name for name in listed if not name.startswith("_")} == {
        field.name for field in FIELDS if field.type != "kept"
    }
    # Dashboards looks the fields up, and saves them, if one lacks these: a reader may not save.
    for field in listed.values():
        assert {"searchable", "aggregatable", "readFromDocValues"} <= set(field)
    assert listed["message"]["aggregatable"] is False
    assert listed["message.keyword"]["subType"] == {"multi": {"parent": "message"}}
