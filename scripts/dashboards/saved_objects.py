"""The envelopes: a type, an id, attributes, and references to other objects.

Attributes are those of the types' mappings, which are strict: an import with any other one is refused.
Everything that is nested deeper is text with JSON in it, as Dashboards stores it.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from eventcore.document_fields import FIELDS, Field, FieldType
from scripts.dashboards.aggregations import DQL
from scripts.dashboards.parts import TIME_FIELD
from scripts.dashboards.source import SavedSearch, TimeRange
from scripts.dashboards.visualizations import VisState

SavedObject = dict[str, Any]

Type = Literal["index-pattern", "search", "visualization", "dashboard"]

MIGRATED: dict[Type, str] = {
    "dashboard": "7.9.3",
    "visualization": "7.10.0",
    "index-pattern": "7.6.0",
    "search": "7.9.3",
}
"""The last migration of each type in Dashboards 2.x and 3.x. A higher one is refused as more recent."""

PANEL_VERSION = "7.9.3"
"""Dashboards takes a panel of a version under 7.3 for one of Kibana's older formats."""

INDEX_PATTERN = "kubernetes-events"
"""The read alias over all indices."""

INDEX_PATTERN_ID = "kube-events-index-pattern"

SOURCE_INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index"
"""The name by which Dashboards refers from a search to its index pattern."""


class Reference(NamedTuple):
    """From one object to another one."""

    name: str
    type: Type
    id: str


class PlacedPanel(NamedTuple):
    """A panel of a dashboard: which object, and where. The unit is the grid's."""

    name: str
    type: Type
    id: str
    title: str
    """Empty for a panel without one."""
    x: int
    y: int
    width: int
    height: int


def index_pattern() -> SavedObject:
    """With its fields: without them Dashboards looks them up and saves them, which a reader may not."""
    attributes = {
        "title": INDEX_PATTERN,
        "timeFieldName": TIME_FIELD,
        "fields": _json([*(_field(field) for field in FIELDS if field.type != "kept"), *_META_FIELDS]),
    }
    return _saved("index-pattern", INDEX_PATTERN_ID, attributes)


def saved_search(id_: str, title: str, search: SavedSearch) -> SavedObject:
    """A search for Discover and for a panel."""
    attributes = {
        "title": title,
        "description": search.description,
        "hits": 0,
        "columns": search.columns,
        "sort": [[field, order] for sort in search.sort for field, order in sort.items()],
        "version": 1,
        "kibanaSavedObjectMeta": _search_source(search.query, indexRefName=SOURCE_INDEX, highlightAll=True),
    }
    return _saved("search", id_, attributes, Reference(SOURCE_INDEX, "index-pattern", INDEX_PATTERN_ID))


def visualization(
    id_: str,
    title: str,
    state: VisState,
    *references: Reference,
    query: str = "",
    ui: dict[str, Any] | None = None,
) -> SavedObject:
    """What draws. With a reference SOURCE_INDEX it draws what the query finds."""
    finds = any(reference.name == SOURCE_INDEX for reference in references)
    attributes = {
        "title": title,
        "visState": _json({"title": title, **state}),
        "uiStateJSON": _json(ui or {}),
        "description": "",
        "version": 1,
        "kibanaSavedObjectMeta": _search_source(query, **({"indexRefName": SOURCE_INDEX} if finds else {})),
    }
    return _saved("visualization", id_, attributes, *references)


def dashboard(
    id_: str, title: str, description: str, time: TimeRange, panels: list[PlacedPanel]
) -> SavedObject:
    """Panels by reference, with the range of time that it opens with."""
    attributes = {
        "title": title,
        "description": description,
        "hits": 0,
        "panelsJSON": _json([_panel(number, panel) for number, panel in enumerate(panels)]),
        "optionsJSON": _json({"hidePanelTitles": False, "useMargins": True}),
        "version": 1,
        "timeRestore": True,
        "timeFrom": time.start,
        "timeTo": time.end,
        "refreshInterval": {"pause": True, "value": 0},
        "kibanaSavedObjectMeta": _search_source(""),
    }
    references = (
        Reference(_panel_reference(number), panel.type, panel.id) for number, panel in enumerate(panels)
    )
    return _saved("dashboard", id_, attributes, *references)


def _panel(number: int, panel: PlacedPanel) -> dict[str, Any]:
    return {
        "version": PANEL_VERSION,
        "gridData": {"x": panel.x, "y": panel.y, "w": panel.width, "h": panel.height, "i": panel.name},
        "panelIndex": panel.name,
        "embeddableConfig": {} if panel.title else {"hidePanelTitles": True},
        **({"title": panel.title} if panel.title else {}),
        "panelRefName": _panel_reference(number),
    }


def _panel_reference(number: int) -> str:
    return f"panel_{number}"


def _search_source(query: str, **more: Any) -> dict[str, str]:
    source = {**more, "query": {"query": query, "language": DQL}, "filter": []}
    return {"searchSourceJSON": _json(source)}


def _saved(type_: Type, id_: str, attributes: dict[str, Any], *references: Reference) -> SavedObject:
    return {
        "type": type_,
        "id": id_,
        "attributes": attributes,
        "references": [reference._asdict() for reference in references],
        "migrationVersion": {type_: MIGRATED[type_]},
    }


_DASHBOARDS_TYPES: dict[FieldType, str] = {
    "keyword": "string",
    "text": "string",
    "date": "date",
    "long": "number",
    "boolean": "boolean",
}


def _field(field: Field) -> dict[str, Any]:
    parent, _, last = field.name.rpartition(".")
    counted = field.type != "text"
    return {
        "name": field.name,
        "type": _DASHBOARDS_TYPES[field.type],
        "esTypes": [field.type],
        "count": 0,
        "scripted": False,
        "searchable": True,
        "aggregatable": counted,
        "readFromDocValues": counted,
        **({"subType": {"multi": {"parent": parent}}} if last == "keyword" else {}),
    }


def _meta(name: str, type_: str, *, searchable: bool) -> dict[str, Any]:
    return {
        "name": name,
        "type": type_,
        **({"esTypes": [name]} if name != "_score" else {}),
        "count": 0,
        "scripted": False,
        "searchable": searchable,
        "aggregatable": searchable,
        "readFromDocValues": False,
    }


_META_FIELDS = [
    _meta("_id", "string", searchable=True),
    _meta("_index", "string", searchable=True),
    _meta("_score", "number", searchable=False),
    _meta("_source", "_source", searchable=False),
]
"""As Dashboards writes them into a pattern (its setting metaFields)."""


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
