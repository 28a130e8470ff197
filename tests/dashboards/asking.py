"""What OpenSearch Dashboards asks the server for a saved object.

After `src/plugins/data/common/search/aggs` of its source, for the aggregations that our objects use; queries
go through the tests' own DQL. Another aggregation or parameter is an error, not left out.
"""

from __future__ import annotations

from typing import Any

from eventcore.document_fields import BY_NAME
from tests.dashboards.objects import SavedObject, search_source, state
from tests.queries.dql import translate

Body = dict[str, Any]

START, END = "2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z"
"""Holds the recording."""

AUTO = {"fixed_interval": "1h"}
"""What Dashboards makes of an automatic interval in two days: at least 50 bars, and a round figure."""

CALENDAR = {"m", "h", "d"}

METRICS = ("count", "cardinality", "max", "min", "top_hits")


def panel_request(visualization: SavedObject) -> Body:
    """The search behind a panel."""
    drawn = state(visualization)
    # Only a pie wants its figure for each ring: `hierarchicalData` of the type, or of a table's parameters.
    parameters = drawn["params"]
    at_all_levels = drawn["type"] == "pie" or any(
        parameters.get(name) for name in ("showPartialRows", "showMetricsAtAllLevels")
    )
    aggs = aggregations(drawn["aggs"], at_all_levels=at_all_levels)
    return {"size": 0, "track_total_hits": True, "query": query(visualization), "aggs": aggs}


def search_request(search: SavedObject) -> Body:
    """The search behind a saved search; 500 is the setting discover:sampleSize."""
    sort = [
        {field: {"order": order, "unmapped_type": "boolean"}} for field, order in search["attributes"]["sort"]
    ]
    return {"size": 500, "version": True, "query": query(search), "sort": sort}


def control_request(control: dict[str, Any], *ancestors: Body) -> Body:
    """The search for the values that a control offers (list_control_factory.ts)."""
    options = control["options"]
    size = {} if options["dynamicOptions"] else {"size": options["size"]}
    terms = {"order": {"_count": options["order"]}, "field": control["fieldName"], **size}
    return {
        "size": 0,
        "query": {"bool": {"filter": [_in_time(), *ancestors]}},
        "aggs": {"termsAgg": {"terms": terms}},
    }


def query(saved: SavedObject) -> Body:
    """The object's query within a range of time."""
    source = search_source(saved)
    assert source["query"]["language"] == "kuery"
    assert source["filter"] == []
    return {"bool": {"filter": [translate(source["query"]["query"]), _in_time()]}}


def _in_time() -> Body:
    return {"range": {"@timestamp": {"gte": START, "lte": END, "format": "strict_date_optional_time"}}}


def aggregations(listed: list[dict[str, Any]], *, at_all_levels: bool) -> Body:
    """Each bucket inside of the one before, and the metrics in the last (AggConfigs.toDsl)."""
    assert all(agg["enabled"] for agg in listed)
    metrics = {agg["id"]: _metric(agg) for agg in listed if agg["type"] in METRICS and agg["type"] != "count"}
    inside = metrics
    for agg in reversed([agg for agg in listed if agg["type"] not in METRICS]):
        asked = _bucket(agg, listed)
        below = asked.setdefault("aggs", {})
        below.update(metrics if at_all_levels else {})
        below.update(inside)
        inside = {agg["id"]: asked}
    return inside


def _metric(agg: dict[str, Any]) -> Body:
    params = {name: value for name, value in agg["params"].items() if name != "customLabel"}
    if agg["type"] != "top_hits":
        assert set(params) == {"field"}
        return {agg["type"]: params}
    assert set(params) == {"field", "aggregate", "size", "sortField", "sortOrder"}
    return {
        "top_hits": {
            "size": params["size"],
            "sort": [{params["sortField"]: {"order": params["sortOrder"]}}],
            "_source": params["field"],
            **_from_doc_values(params["field"]),
        }
    }


def _from_doc_values(field: str) -> Body:
    type_ = BY_NAME[field].type
    if type_ == "text":
        return {}
    return {"docvalue_fields": [{"field": field, **({"format": "date_time"} if type_ == "date" else {})}]}


def _bucket(agg: dict[str, Any], listed: list[dict[str, Any]]) -> Body:
    params = agg["params"]
    match agg["type"]:
        case "date_histogram":
            interval = params["interval"]
            assert interval in CALENDAR or (interval, params["field"]) == ("auto", "@timestamp")
            every = {"calendar_interval": f"1{interval}"} if interval in CALENDAR else AUTO
            return {
                "date_histogram": {
                    "field": params["field"],
                    **every,
                    "time_zone": "Europe/Berlin",
                    "min_doc_count": params["min_doc_count"],
                }
            }
        case "filters":
            return {
                "filters": {
                    "filters": {one["label"]: translate(one["input"]["query"]) for one in params["filters"]}
                }
            }
        case "terms":
            return _terms(params, listed)
        case unknown:
            raise AssertionError(f"what does Dashboards make of {unknown}?")


def _terms(params: dict[str, Any], listed: list[dict[str, Any]]) -> Body:
    (orders,) = [agg for agg in listed if agg["id"] == params["orderBy"]]
    by_count = orders["type"] == "count"
    terms = {
        "field": params["field"],
        "order": {"_count" if by_count else orders["id"]: params["order"]},
        "size": params["size"],
        **({"missing": "__missing__"} if params["missingBucket"] else {}),
    }
    return {"terms": terms} if by_count else {"terms": terms, "aggs": {orders["id"]: _metric(orders)}}
