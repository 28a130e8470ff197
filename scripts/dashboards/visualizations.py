"""Panels as a `visState`: type, parameters and aggregations.

The parameters are the defaults of the types in OpenSearch Dashboards, the same in 2.x and 3.x, spelt out:
`visConfig.defaults` of vis_type_vislib, _table, _metric, _markdown, and of input_control_vis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.dashboards.aggregations import Aggregation, Schema, aggregations
from scripts.dashboards.panels import Area, Bar, Chart, Controls, HorizontalBar, Line, Metric, Pie, Table
from scripts.dashboards.parts import Bucket, SourceError, measure

VisState = dict[str, Any]

SEVERITY_COLOURS = {"critical": "#BD271E", "high": "#E7664C", "medium": "#D6BF57", "low": "#98A2B3"}
"""The same severity has the same colour everywhere."""

Drawn = Area | Line | Bar | HorizontalBar | Pie | Table | Metric
"""What is drawn from documents."""


def drawn(panel: Drawn) -> VisState:
    """The state of what is drawn from documents, without its title.

    Raises:
        SourceError: its buckets and measures do not fit together.
    """
    if isinstance(panel, Pie):
        return _state("pie", _PIE, aggregations([panel.size], ("segment", panel.slices)))
    if isinstance(panel, Table):
        rows: list[tuple[Schema, Bucket]] = [("bucket", row) for row in panel.rows]
        return _state("table", {**_TABLE, "perPage": panel.page}, aggregations(panel.columns, *rows))
    if isinstance(panel, Metric):
        split: list[tuple[Schema, Bucket]] = [("group", panel.split)] if panel.split else []
        return _state("metric", _METRIC, aggregations(panel.measures, *split))
    return _chart(panel)


def colours(panel: Drawn) -> dict[str, str]:
    """What is drawn in a colour that is not left to chance."""
    divided = panel.split if isinstance(panel, Chart) else panel.slices if isinstance(panel, Pie) else None
    return SEVERITY_COLOURS if divided and divided.top == "severity" else {}


def markdown(written: str) -> VisState:
    """Markdown. A link within Dashboards stays in its tab."""
    return _state("markdown", {"fontSize": 12, "openLinksInNewTab": False, "markdown": written}, [])


def controls(panel: Controls, reference: Callable[[int], str]) -> VisState:
    """Choices; `reference` names the reference to the index pattern of the control of this number.

    Raises:
        SourceError: a control's parent is none of the others.
    """
    for name, control in panel.controls.items():
        if control.parent is not None and control.parent not in set(panel.controls) - {name}:
            raise SourceError(f"control {name}: {control.parent} is no other control of the panel")
    listed = [
        {
            "id": name,
            "fieldName": control.field,
            "parent": control.parent or "",
            "label": control.label,
            "type": "list",
            "options": {
                "type": "terms",
                "multiselect": True,
                "dynamicOptions": control.values is None,
                "size": control.values or 10,
                "order": "desc",
            },
            "indexPatternRefName": reference(number),
        }
        for number, (name, control) in enumerate(panel.controls.items())
    ]
    settings = {"updateFiltersOnChange": True, "useTimeFilter": True, "pinFilters": False}
    return _state("input_control_vis", {"controls": listed, **settings}, [])


def _state(type_: str, params: dict[str, Any], aggs: list[Aggregation]) -> VisState:
    return {"type": type_, "params": params, "aggs": aggs}


def _chart(chart: Area | Line | Bar | HorizontalBar) -> VisState:
    type_, (drawing, mode) = _CHARTS[type(chart)]
    # Along the time the series come first, so that they are the greatest of the whole time and not of each
    # interval; along anything else each value is divided by itself.
    buckets: list[tuple[Schema, Bucket]] = [("segment", chart.x)]
    if chart.split:
        buckets.append(("group", chart.split))
    if chart.x.time:
        buckets.reverse()
    label = measure(chart.y).label
    lying = isinstance(chart, HorizontalBar)
    params = {
        # Lying bars are upright ones on other axes: so Dashboards itself calls them.
        "type": "histogram" if lying else type_,
        "grid": {"categoryLines": False},
        "categoryAxes": [_category_axis("left" if lying else "bottom")],
        "valueAxes": [_value_axis("bottom" if lying else "left", label)],
        "seriesParams": [_series(drawing, mode, label)],
        "addTooltip": True,
        "addLegend": chart.split is not None,
        "legendPosition": "right",
        "times": [],
        "addTimeMarker": False,
        "labels": {"show": False},
        "thresholdLine": {"show": False, "value": 10, "width": 1, "style": "full", "color": "#E7664C"},
    }
    return _state(type_, params, aggregations([chart.y], *buckets))


_CHARTS: dict[type[Chart], tuple[str, tuple[str, str]]] = {
    Area: ("area", ("area", "stacked")),
    Line: ("line", ("line", "normal")),
    Bar: ("histogram", ("histogram", "stacked")),
    HorizontalBar: ("horizontal_bar", ("histogram", "stacked")),
}
"""The name of the type, what it draws, and how series stand to each other."""


def _category_axis(position: str) -> dict[str, Any]:
    return {
        "id": "CategoryAxis-1",
        "type": "category",
        "position": position,
        "show": True,
        "style": {},
        "scale": {"type": "linear"},
        "labels": {"show": True, "filter": True, "truncate": 100}
        if position == "bottom"
        else {"show": True, "filter": False, "truncate": 200, "rotate": 0},
        "title": {},
    }


def _value_axis(position: str, title: str) -> dict[str, Any]:
    return {
        "id": "ValueAxis-1",
        "name": f"{position.title()}Axis-1",
        "type": "value",
        "position": position,
        "show": True,
        "style": {},
        "scale": {"type": "linear", "mode": "normal"},
        "labels": {"show": True, "rotate": 0, "filter": position == "bottom", "truncate": 100},
        "title": {"text": title},
    }


def _series(drawing: str, mode: str, label: str) -> dict[str, Any]:
    return {
        "show": True,
        "type": drawing,
        "mode": mode,
        "data": {"id": "1", "label": label},
        "valueAxis": "ValueAxis-1",
        "drawLinesBetweenPoints": True,
        "lineWidth": 2,
        "showCircles": True,
        "interpolate": "linear",
    }


_PIE = {
    "type": "pie",
    "addTooltip": True,
    "addLegend": True,
    "legendPosition": "right",
    "isDonut": True,
    "labels": {"show": False, "values": True, "last_level": True, "truncate": 100},
}

_TABLE = {
    "showPartialRows": False,
    "showMetricsAtAllLevels": False,
    "showTotal": False,
    "totalFunc": "sum",
    "percentageCol": "",
}

_METRIC = {
    "addTooltip": True,
    "addLegend": False,
    "type": "metric",
    "metric": {
        "percentageMode": False,
        "useRanges": False,
        "colorSchema": "Green to Red",
        "metricColorMode": "None",
        "colorsRange": [{"from": 0, "to": 10000}],
        "labels": {"show": True},
        "invertColors": False,
        "style": {"bgFill": "#000", "bgColor": False, "labelColor": False, "subText": "", "fontSize": 36},
    },
}
