"""The kinds of panels, as somebody writes them in YAML."""

from __future__ import annotations

from scripts.dashboards.parts import Bucket, Control, Counted, Strict

GRID_COLUMNS = 48
"""How wide a dashboard is, in its own unit (DASHBOARD_GRID_COLUMN_COUNT of OpenSearch Dashboards)."""


class Panel(Strict, frozen=True, kw_only=True, tag_field="kind"):
    """One panel. `width` is in columns of the grid."""

    width: int = GRID_COLUMNS
    title: str = ""


class Links(Panel, frozen=True, kw_only=True, tag="links"):
    """The way to the other dashboards."""


class Text(Panel, frozen=True, kw_only=True, tag="text"):
    """Markdown."""

    markdown: str


class Controls(Panel, frozen=True, kw_only=True, tag="controls"):
    """Choices that filter the whole dashboard."""

    controls: dict[str, Control]


class SavedSearchPanel(Panel, frozen=True, kw_only=True, tag="search"):
    """One of searches.yaml."""

    search: str


class Chart(Panel, frozen=True, kw_only=True):
    """What is drawn along an axis."""

    x: Bucket
    y: Counted = "events"
    split: Bucket | None = None
    query: str = ""


class Area(Chart, frozen=True, kw_only=True, tag="area"):
    """Areas on top of each other."""


class Line(Chart, frozen=True, kw_only=True, tag="line"):
    """Lines."""


class Bar(Chart, frozen=True, kw_only=True, tag="bar"):
    """Upright bars, on top of each other."""


class HorizontalBar(Chart, frozen=True, kw_only=True, tag="horizontal_bar"):
    """Lying bars, divided."""


class Pie(Panel, frozen=True, kw_only=True, tag="pie"):
    """Shares of a whole."""

    slices: Bucket
    size: Counted = "events"
    query: str = ""


class Table(Panel, frozen=True, kw_only=True, tag="table"):
    """A line for each combination of the values of `rows`."""

    rows: list[Bucket]
    columns: list[Counted]
    page: int = 10
    query: str = ""


class Metric(Panel, frozen=True, kw_only=True, tag="metric"):
    """Figures in large print."""

    measures: list[Counted]
    split: Bucket | None = None
    query: str = ""


AnyPanel = (
    Links | Text | Controls | SavedSearchPanel | Area | Line | Bar | HorizontalBar | Pie | Table | Metric
)
