"""Reading the source: what a person who adapts it is told about a slip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.dashboards.building import ndjson
from scripts.dashboards.parts import SourceError
from scripts.dashboards.source import read_source

TABLE = {"kind": "table", "rows": [{"top": "reason"}], "columns": ["events"]}
SEARCH = {"title": "All", "description": "", "columns": ["reason"], "sort": [{"@timestamp": "desc"}]}


def source(folder: Path, *panels: dict[str, Any], search: dict[str, Any] = SEARCH, **changes: Any) -> Path:
    """A folder with one search and one dashboard, whose only row holds these panels."""
    board = {
        "order": 1,
        "title": "Mine",
        "description": "",
        "time": {"start": "now-24h"},
        "rows": [{"height": 10, "panels": {f"panel-{number}": panel for number, panel in enumerate(panels)}}],
        **changes,
    }
    (folder / "mine.yaml").write_text(yaml.safe_dump(board))
    (folder / "searches.yaml").write_text(yaml.safe_dump({"all": search}))
    return folder


def told(folder: Path) -> str:
    with pytest.raises(SourceError) as refused:
        ndjson(read_source(folder))
    return str(refused.value)


def test_a_dashboard_is_its_file(tmp_path: Path) -> None:
    built = ndjson(read_source(source(tmp_path, {**TABLE, "title": "Reasons"})))
    assert [line.split('"')[7] for line in built.splitlines()] == [
        "kube-events-index-pattern",
        "kube-events-search-all",
        "kube-events-mine-panel-0",
        "kube-events-mine",
    ]


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        ({**TABLE, "kind": "heatmap"}, "Invalid value 'heatmap'"),
        ({**TABLE, "colums": []}, "unknown field `colums`"),
        ({**TABLE, "rows": [{"top": "involvedObject.nam"}]}, "the index has no field involvedObject.nam"),
        ({**TABLE, "rows": [{"top": "message"}]}, "message is text, and here a field has to be keyword or"),
        ({**TABLE, "rows": [{"top": "metadata.labels"}]}, "metadata.labels is kept"),
        ({**TABLE, "rows": [{"top": "reason", "time": "@timestamp"}]}, "one of top, time, filters"),
        ({**TABLE, "rows": [{"label": "Reason"}]}, "one of top, time, filters"),
        ({**TABLE, "rows": [{"time": "receivedAt"}]}, "receivedAt needs an interval: m, h or d"),
        ({**TABLE, "rows": [{"top": "schemaVersion", "missing": "none"}]}, "schemaVersion is long"),
        ({**TABLE, "columns": [{"label": "Last", "newest": "reason"}]}, "reason is keyword"),
        ({**TABLE, "columns": [{"label": "Last"}]}, "needs one of count, distinct"),
    ],
)
def test_a_slip_in_a_panel_is_told_with_its_place(tmp_path: Path, panel: dict[str, Any], said: str) -> None:
    message = told(source(tmp_path, panel))
    assert message.startswith("mine.yaml: ")
    assert said in message
    assert "$.rows[0].panels" in message


@pytest.mark.parametrize(
    ("panels", "said"),
    [
        ([{**TABLE, "width": 20}], "the panels panel-0 fill 20 columns and not 48"),
        ([TABLE, TABLE], "the panels panel-0, panel-1 fill 96 columns and not 48"),
        ([{"kind": "search", "search": "none"}], "panel panel-0: searches.yaml has no none"),
        ([{**TABLE, "rows": [{"top": "reason", "by": 2}]}], "reason cannot be ordered by measure 2"),
        ([{**TABLE, "columns": [{"label": "Last", "last": "message"}]}], "cannot be ordered by measure 1"),
        ([{**TABLE, "rows": [{"top": "reason"}] * 9}], "at most 9 measures and buckets together"),
        (
            [{"kind": "controls", "controls": {"a": {"field": "node", "label": "A", "parent": "b"}}}],
            "control a: b is no other control of the panel",
        ),
    ],
)
def test_what_does_not_fit_together_is_told(tmp_path: Path, panels: list[dict[str, Any]], said: str) -> None:
    message = told(source(tmp_path, *panels))
    assert message.startswith("mine.yaml: ")
    assert said in message


def test_two_panels_of_one_name_are_told(tmp_path: Path) -> None:
    rows = [{"height": 10, "panels": {"same": TABLE}}] * 2
    assert "two panels are called same" in told(source(tmp_path, rows=rows))


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ({**SEARCH, "columns": ["metadata.annotations"]}, "metadata.annotations is kept"),
        ({**SEARCH, "sort": [{"message": "asc"}]}, "message is text"),
        ({**SEARCH, "sort": [{"reason": "up"}]}, "Invalid enum value 'up'"),
    ],
)
def test_a_slip_in_a_search_is_told_with_its_file(tmp_path: Path, search: dict[str, Any], said: str) -> None:
    message = told(source(tmp_path, TABLE, search=search))
    assert message.startswith("searches.yaml: ")
    assert said in message


def test_a_file_that_is_no_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    source(tmp_path, TABLE)
    (tmp_path / "mine.yaml").write_text("title: [")
    message = told(tmp_path)
    assert message.startswith("mine.yaml: ")
    assert "line 1" in message


def test_what_fits_no_filter_has_a_filter_of_its_own(tmp_path: Path) -> None:
    bucket = {
        "filters": {"CPU": 'message: "Insufficient cpu"', "Ports": "message: ports"},
        "otherwise": "Other",
    }
    built = ndjson(read_source(source(tmp_path, {**TABLE, "rows": [bucket]})))
    assert 'not ((message: \\\\\\"Insufficient cpu\\\\\\") or (message: ports))' in built
