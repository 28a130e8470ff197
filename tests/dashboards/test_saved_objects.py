"""What an import takes, what a dashboard needs to be drawn."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import combinations
from typing import Any

import pytest

from scripts.dashboards.__main__ import SOURCE, main
from scripts.dashboards.building import ndjson
from scripts.dashboards.source import read_source
from tests.dashboards.objects import (
    BY_ID,
    OBJECTS,
    OFFERING,
    SavedObject,
    asks,
    controls,
    id_of,
    of_type,
    search_source,
    state,
)

HIGHEST_MIGRATION = {
    "dashboard": "7.9.3",
    "visualization": "7.10.0",
    "index-pattern": "7.6.0",
    "search": "7.9.3",
}

ATTRIBUTES = {
    # The mappings of the types are strict: another attribute refuses the whole import.
    "visualization": {"title", "visState", "uiStateJSON", "description", "version", "kibanaSavedObjectMeta"},
    "search": {"title", "description", "hits", "columns", "sort", "version", "kibanaSavedObjectMeta"},
    "dashboard": {
        *("title", "description", "hits", "panelsJSON", "optionsJSON", "version", "timeRestore", "timeFrom"),
        *("timeTo", "refreshInterval", "kibanaSavedObjectMeta"),
    },
    "index-pattern": {"title", "timeFieldName", "fields"},
}

TYPES_OF_BOTH_VERSIONS = {
    *(
        "area",
        "line",
        "histogram",
        "horizontal_bar",
        "pie",
        "table",
        "metric",
        "markdown",
        "input_control_vis",
    ),
}

every_object = pytest.mark.parametrize("saved", OBJECTS, ids=id_of)
every_dashboard = pytest.mark.parametrize("dashboard", of_type("dashboard"), ids=id_of)
every_visualization = pytest.mark.parametrize("visualization", of_type("visualization"), ids=id_of)


def panels(dashboard: SavedObject) -> list[dict[str, Any]]:
    parsed: list[dict[str, Any]] = json.loads(dashboard["attributes"]["panelsJSON"])
    return parsed


def test_the_file_is_what_its_source_makes() -> None:
    assert main(["check"]) == 0, "run `make dashboards`"


def test_building_twice_gives_the_same_bytes() -> None:
    assert ndjson(read_source(SOURCE)) == ndjson(read_source(SOURCE))


def test_there_is_a_dashboard_for_each_file() -> None:
    files = {path.stem for path in SOURCE.glob("*.yaml")} - {"searches"}
    assert files == {"overview", "cluster", "workload", "scheduling", "pipeline-health"}
    assert {saved["id"] for saved in of_type("dashboard")} == {f"kube-events-{name}" for name in files}


def test_ids_are_unique_and_ours() -> None:
    assert len(BY_ID) == len(OBJECTS)
    assert all(re.fullmatch(r"kube-events-[a-z0-9-]+", id_) for id_ in BY_ID)


def test_titles_are_unique_within_a_type() -> None:
    titles = Counter((saved["type"], saved["attributes"]["title"]) for saved in OBJECTS)
    assert max(titles.values()) == 1


def test_the_one_index_pattern_is_the_read_alias() -> None:
    (pattern,) = of_type("index-pattern")
    template = json.loads((SOURCE.parent / "index-template.json").read_text())
    assert pattern["attributes"]["title"] in template["template"]["aliases"]
    assert pattern["attributes"]["timeFieldName"] == "@timestamp"


@every_object
def test_an_object_is_not_more_recent_than_dashboards_knows(saved: SavedObject) -> None:
    assert saved["migrationVersion"] == {saved["type"]: HIGHEST_MIGRATION[saved["type"]]}


@every_object
def test_an_object_has_the_attributes_of_its_type_and_no_other(saved: SavedObject) -> None:
    assert set(saved) == {"type", "id", "attributes", "references", "migrationVersion"}
    assert set(saved["attributes"]) == ATTRIBUTES[saved["type"]]


@every_object
def test_text_that_holds_json_holds_json(saved: SavedObject) -> None:
    texts = [value for name, value in saved["attributes"].items() if name.endswith("JSON")]
    texts += [saved["attributes"][name] for name in ("visState", "fields") if name in saved["attributes"]]
    assert all(isinstance(json.loads(text), (dict, list)) for text in texts)


@every_object
def test_each_reference_leads_to_an_object_of_the_file_and_is_used(saved: SavedObject) -> None:
    references = {reference["name"]: reference for reference in saved["references"]}
    assert len(references) == len(saved["references"])
    for reference in references.values():
        assert BY_ID[reference["id"]]["type"] == reference["type"]
    used = re.findall(
        r'\\?"(?:indexRefName|panelRefName|indexPatternRefName)\\?":\\?"(.+?)\\?"', json.dumps(saved)
    )
    assert sorted(used) == sorted(references)


@every_object
def test_no_object_names_a_host(saved: SavedObject) -> None:
    assert not re.search(r"https?:|localhost|127\.0\.0\.1|\.(com|net|org|io)/", json.dumps(saved))


@every_dashboard
def test_panels_lie_within_the_grid_and_not_on_each_other(dashboard: SavedObject) -> None:
    places = [panel["gridData"] for panel in panels(dashboard)]
    for place in places:
        assert place["x"] >= 0 < place["w"]
        assert place["y"] >= 0 < place["h"]
        assert place["x"] + place["w"] <= 48
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)


@every_dashboard
def test_each_panel_has_an_index_of_its_own_and_the_newest_format(dashboard: SavedObject) -> None:
    shown = panels(dashboard)
    assert len({panel["panelIndex"] for panel in shown}) == len(shown)
    assert all(panel["panelIndex"] == panel["gridData"]["i"] for panel in shown)
    # Below 7.3 Dashboards would take it for one of Kibana's and convert it.
    assert {panel["version"] for panel in shown} == {"7.9.3"}


@every_dashboard
def test_a_dashboard_opens_with_a_range_of_time_that_shows_something(dashboard: SavedObject) -> None:
    attributes = dashboard["attributes"]
    assert attributes["timeRestore"] is True
    assert re.fullmatch(r"now-\d+[hd]", attributes["timeFrom"])
    assert attributes["timeTo"] == "now"


@every_dashboard
def test_a_dashboard_links_to_all_others_by_fragment(dashboard: SavedObject) -> None:
    (links,) = [
        state(BY_ID[reference["id"]])["params"]["markdown"]
        for reference in dashboard["references"]
        if reference["id"] == dashboard["id"] + "-links"
    ]
    others = {saved["id"] for saved in of_type("dashboard")} - {dashboard["id"]}
    assert set(re.findall(r"\]\(#/view/([a-z-]+)\)", links)) == others


def test_every_visualization_is_on_a_dashboard() -> None:
    shown = {reference["id"] for saved in of_type("dashboard") for reference in saved["references"]}
    assert {saved["id"] for saved in of_type("visualization")} <= shown


@every_visualization
def test_a_visualization_is_of_a_type_of_both_versions(visualization: SavedObject) -> None:
    assert state(visualization)["type"] in TYPES_OF_BOTH_VERSIONS
    assert state(visualization)["title"] == visualization["attributes"]["title"]


@every_visualization
def test_what_is_drawn_has_the_index_pattern_and_what_is_not_has_none(visualization: SavedObject) -> None:
    aggregated = bool(state(visualization)["aggs"])
    assert asks(visualization) is aggregated
    assert search_source(visualization)["filter"] == []


@every_visualization
def test_aggregations_have_ids_of_one_digit_and_an_order_that_is_there(visualization: SavedObject) -> None:
    aggs = state(visualization)["aggs"]
    ids = [agg["id"] for agg in aggs]
    assert ids == [str(number) for number in range(1, len(aggs) + 1)]
    # Dashboards looks the measure of an order up by the beginning of its id.
    assert len(aggs) < 10
    metrics = {agg["id"] for agg in aggs if agg["schema"] == "metric" and agg["type"] != "top_hits"}
    assert all(agg["params"]["orderBy"] in metrics for agg in aggs if agg["type"] == "terms")


@every_visualization
def test_a_chart_has_axes_and_series_for_its_measure(visualization: SavedObject) -> None:
    drawn = state(visualization)
    if drawn["type"] not in {"area", "line", "histogram", "horizontal_bar"}:
        return
    params = drawn["params"]
    (value_axis,), (series,) = params["valueAxes"], params["seriesParams"]
    (measure,) = [agg for agg in drawn["aggs"] if agg["schema"] == "metric"]
    assert params["type"] == drawn["type"].replace("horizontal_bar", "histogram")
    assert len(params["categoryAxes"]) == 1
    assert (series["valueAxis"], series["data"]["id"]) == (value_axis["id"], measure["id"])
    assert [agg["schema"] for agg in drawn["aggs"]].count("segment") == 1


@pytest.mark.parametrize("visualization", OFFERING, ids=id_of)
def test_a_control_has_an_id_of_its_own_and_its_parent_is_beside_it(visualization: SavedObject) -> None:
    offered = controls(visualization)
    ids = [control["id"] for control in offered]
    assert len(set(ids)) == len(ids)
    assert all(control["parent"] in {"", *ids} - {control["id"]} for control in offered)
