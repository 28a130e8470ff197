"""From the source to the file that is imported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from scripts.dashboards.panels import GRID_COLUMNS, Controls, Links, SavedSearchPanel, Text
from scripts.dashboards.parts import SourceError
from scripts.dashboards.saved_objects import (
    INDEX_PATTERN_ID,
    SOURCE_INDEX,
    PlacedPanel,
    Reference,
    SavedObject,
    dashboard,
    index_pattern,
    saved_search,
    visualization,
)
from scripts.dashboards.source import Dashboard, Row, Source
from scripts.dashboards.visualizations import Drawn, colours, controls, drawn, markdown

PREFIX = "[Kubernetes events] "
"""Before each title: Dashboards lists the objects of everybody together."""


def ndjson(source: Source) -> str:
    """The saved objects, one a line; the same source gives the same text.

    Raises:
        SourceError: a panel cannot be built.
    """
    return "".join(msgspec.json.encode(one).decode() + "\n" for one in saved_objects(source))


def saved_objects(source: Source) -> Iterator[SavedObject]:
    """The index pattern, the searches, and the dashboards, each behind its panels.

    Raises:
        SourceError: a panel cannot be built.
    """
    yield index_pattern()
    for name, search in source.searches.items():
        yield saved_search(_search_id(name), PREFIX + search.title, search)
    for name, board in source.dashboards.items():
        placed: list[PlacedPanel] = []
        for panel, place in _panels(name, board, source):
            if not isinstance(panel, SavedSearchPanel):
                title = f"{PREFIX}{board.title}: {place.title or place.name}"
                yield _visualization(place.id, title, panel, name, source)
            placed.append(place)
        yield dashboard(_dashboard_id(name), PREFIX + board.title, board.description, board.time, placed)


SelfMade = Links | Text | Controls | Drawn
"""A panel that is an object of its own."""


def _panels(
    name: str, board: Dashboard, source: Source
) -> Iterator[tuple[SelfMade | SavedSearchPanel, PlacedPanel]]:
    """Each panel and its place: rows below each other, panels beside each other."""
    _check_rows(name, board.rows)
    top = 0
    for row in board.rows:
        left = 0
        for key, panel in row.panels.items():
            kind, id_ = _object_of(name, key, panel, source)
            yield panel, PlacedPanel(key, kind, id_, panel.title, left, top, panel.width, row.height)
            left += panel.width
        top += row.height


def _object_of(
    name: str, key: str, panel: SelfMade | SavedSearchPanel, source: Source
) -> tuple[Literal["search", "visualization"], str]:
    if not isinstance(panel, SavedSearchPanel):
        return "visualization", f"{_dashboard_id(name)}-{key}"
    if panel.search not in source.searches:
        raise SourceError(f"{name}.yaml: panel {key}: searches.yaml has no {panel.search}")
    return "search", _search_id(panel.search)


def _check_rows(name: str, rows: list[Row]) -> None:
    keys = [key for row in rows for key in row.panels]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise SourceError(f"{name}.yaml: two panels are called {', '.join(sorted(twice))}")
    for row in rows:
        width = sum(panel.width for panel in row.panels.values())
        if width != GRID_COLUMNS:
            raise SourceError(
                f"{name}.yaml: the panels {', '.join(row.panels)} fill {width} columns and not {GRID_COLUMNS}"
            )


def _visualization(id_: str, title: str, panel: SelfMade, name: str, source: Source) -> SavedObject:
    try:
        match panel:
            case Links():
                return visualization(id_, title, markdown(_links(name, source)))
            case Text():
                return visualization(id_, title, markdown(panel.markdown))
            case Controls():
                references = (
                    Reference(_control_reference(number), "index-pattern", INDEX_PATTERN_ID)
                    for number in range(len(panel.controls))
                )
                return visualization(id_, title, controls(panel, _control_reference), *references)
            case _:
                found_in = Reference(SOURCE_INDEX, "index-pattern", INDEX_PATTERN_ID)
                ui = {"vis": {"colors": fixed}} if (fixed := colours(panel)) else {}
                return visualization(id_, title, drawn(panel), found_in, query=panel.query, ui=ui)
    except SourceError as error:
        raise SourceError(f"{name}.yaml: {title}: {error}") from error


def _links(here: str, source: Source) -> str:
    """Links by fragment: they hold under any base path, and in the tab that shows a dashboard."""
    return " | ".join(
        f"**{board.title}**" if name == here else f"[{board.title}](#/view/{_dashboard_id(name)})"
        for name, board in source.dashboards.items()
    )


def _dashboard_id(name: str) -> str:
    return f"kube-events-{name}"


def _search_id(name: str) -> str:
    return f"kube-events-search-{name}"


def _control_reference(number: int) -> str:
    """The name that Dashboards gives it (saved_visualization_references.ts)."""
    return f"control_{number}_index_pattern"
