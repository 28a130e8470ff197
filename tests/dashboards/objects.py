"""The built saved objects, as somebody who imports the file finds them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "opensearch" / "dashboards" / "kube-events.ndjson"

SavedObject = dict[str, Any]

OBJECTS: list[SavedObject] = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]

BY_ID = {saved["id"]: saved for saved in OBJECTS}


def of_type(type_: str) -> list[SavedObject]:
    """All of one type."""
    return [saved for saved in OBJECTS if saved["type"] == type_]


def id_of(saved: SavedObject) -> str:
    """For the names of tests."""
    return str(saved["id"])


def state(visualization: SavedObject) -> dict[str, Any]:
    """Its type, parameters and aggregations."""
    parsed: dict[str, Any] = json.loads(visualization["attributes"]["visState"])
    return parsed


def search_source(saved: SavedObject) -> dict[str, Any]:
    """Its query, filters and index."""
    parsed: dict[str, Any] = json.loads(saved["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    return parsed


def asks(visualization: SavedObject) -> bool:
    """Whether it is drawn from documents: neither text nor controls."""
    return "indexRefName" in search_source(visualization)


def controls(visualization: SavedObject) -> list[dict[str, Any]]:
    """The choices that it offers."""
    listed: list[dict[str, Any]] = state(visualization)["params"].get("controls", [])
    return listed


ASKING = [saved for saved in of_type("visualization") if asks(saved)]
OFFERING = [saved for saved in of_type("visualization") if controls(saved)]
