"""docs/dashboards.md says what is there."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from scripts.dashboards.__main__ import SOURCE
from scripts.dashboards.building import ndjson
from scripts.dashboards.saved_objects import MIGRATED
from scripts.dashboards.source import read_source

PAGE = Path(__file__).parents[2] / "docs" / "dashboards.md"


def test_the_page_names_each_dashboard_and_saved_search() -> None:
    rows = re.findall(r"^\| (.+?) \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    named = {name for row in rows for name in row.split(", ")}
    source = read_source(SOURCE)
    assert {board.title for board in source.dashboards.values()} <= named
    assert {search.title for search in source.searches.values()} <= named


def test_the_example_can_be_built(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    (tmp_path / "certificates.yaml").write_text(example)
    (tmp_path / "searches.yaml").write_text(yaml.safe_dump({}))
    assert '"kube-events-certificates"' in ndjson(read_source(tmp_path))


def test_the_page_names_the_versions_that_are_written() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"{type_} {version}" in text.replace("\n", " ") for type_, version in MIGRATED.items())
