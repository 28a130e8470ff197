"""What each panel, saved search and control has to find in the recorded index."""

from __future__ import annotations

from typing import Any

from tests.dashboards.answers import empty_filters, something
from tests.dashboards.asking import control_request, panel_request, search_request
from tests.dashboards.objects import SavedObject, controls
from tests.dashboards.recorded_index import ALIAS
from tests.fixtures.opensearch_api import OpenSearchApi


def panel_shows_something(api: OpenSearchApi, visualization: SavedObject) -> None:
    """It finds documents, has a value for each of its figures, and each of its filters fits one."""
    answer = _search(api, panel_request(visualization))
    assert answer["hits"]["total"]["value"] > 0
    assert something(answer.get("aggregations", {})), answer
    assert empty_filters(answer.get("aggregations", {})) == set()


def search_shows_something(api: OpenSearchApi, search: SavedObject) -> None:
    """It finds documents, sorted as it says, and each of its columns has a value in one of them."""
    hits = _search(api, search_request(search))["hits"]["hits"]
    assert hits
    empty = {
        column
        for column in search["attributes"]["columns"]
        if not any(_has(hit["_source"], column) for hit in hits)
    }
    assert empty == set()
    first_order = search["attributes"]["sort"][0][1]
    keys = [hit["sort"][0] for hit in hits]
    assert keys == sorted(keys, reverse=first_order == "desc")


def controls_offer_something(api: OpenSearchApi, visualization: SavedObject) -> None:
    """Each has values, one with a parent under the first value of that."""
    offered = {control["id"]: control for control in controls(visualization)}
    for control in offered.values():
        above = [_chosen(api, offered[control["parent"]])] if control["parent"] else []
        assert _values(api, control, *above)


def _chosen(api: OpenSearchApi, control: dict[str, Any]) -> dict[str, Any]:
    return {"match_phrase": {control["fieldName"]: _values(api, control)[0]}}


def _values(api: OpenSearchApi, control: dict[str, Any], *above: dict[str, Any]) -> list[Any]:
    answer = _search(api, control_request(control, *above))
    return [bucket["key"] for bucket in answer["aggregations"]["termsAgg"]["buckets"]]


def _search(api: OpenSearchApi, body: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = api.call("POST", f"/{ALIAS}/_search", body)
    assert answer["_shards"]["failed"] == 0
    return answer


def _has(value: Any, path: str) -> bool:
    """Of lists (owners) one item is enough."""
    if isinstance(value, list):
        return any(_has(item, path) for item in value)
    name, _, rest = path.partition(".")
    if not isinstance(value, dict) or name not in value:
        return False
    return _has(value[name], rest) if rest else True
