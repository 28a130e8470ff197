"""The files of opensearch/dashboards: one for each dashboard, and searches.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar

import msgspec
import yaml
from msgspec import Struct

from scripts.dashboards.panels import AnyPanel
from scripts.dashboards.parts import SourceError, Strict, check_field


class Row(Strict, frozen=True, kw_only=True):
    """Panels beside each other. `height` is in rows of the grid, 20 pixels each."""

    height: int
    panels: dict[str, AnyPanel]
    """By the name that becomes a part of the object's id."""


class TimeRange(Strict, frozen=True, kw_only=True):
    """In the date math of OpenSearch, such as now-24h."""

    start: str
    end: str = "now"


class Dashboard(Strict, frozen=True, kw_only=True):
    """A file."""

    order: int
    """Its place among the links."""
    title: str
    description: str
    time: TimeRange
    rows: list[Row]


class SavedSearch(Strict, frozen=True, kw_only=True):
    """A search with its columns, as it is opened in Discover."""

    title: str
    description: str
    columns: list[str]
    sort: list[dict[str, Literal["asc", "desc"]]]
    query: str = ""

    def __post_init__(self) -> None:
        for column in self.columns:
            check_field(column, "keyword", "text", "date", "long", "boolean")
        for sort in self.sort:
            for field in sort:
                check_field(field, "keyword", "date", "long", "boolean")


class Source(Struct, frozen=True):
    """All files."""

    dashboards: dict[str, Dashboard]
    """By the name of the file, in the order of the links."""
    searches: dict[str, SavedSearch]


_Read = TypeVar("_Read")


def read_source(folder: Path) -> Source:
    """Read `searches.yaml` and a dashboard from each other YAML file.

    Raises:
        SourceError: one of them cannot be built.
    """
    dashboards = {
        path.stem: _read(path, Dashboard) for path in sorted(folder.glob("*.yaml")) if path.stem != "searches"
    }
    in_order = sorted(dashboards.items(), key=lambda item: item[1].order)
    return Source(dict(in_order), _read(folder / "searches.yaml", dict[str, SavedSearch]))


def _read(path: Path, type_: type[_Read]) -> _Read:
    try:
        return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), type_)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise SourceError(f"{path.name}: {error}") from error
