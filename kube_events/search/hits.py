"""An observation as a search returns it: whose state it is, and which of two is the newer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from eventcore.timestamps import parse_time

NEEDED = ("cluster.name", "metadata.uid", "metadata.resourceVersion", "lastSeen")
"""Fields of a document without which a hit is none."""

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)

EventKey = tuple[str, str]
"""Cluster and uid. The uid alone would do, but for clusters that were restored from one backup."""

Newness = tuple[datetime, int, str]


class Hit(NamedTuple):
    """One document."""

    id: str
    source: Mapping[str, Any]
    sort: list[Any]

    @property
    def event(self) -> EventKey:
        return value(self.source, "cluster.name"), value(self.source, "metadata.uid")

    @property
    def newness(self) -> Newness:
        """Sorts the states of one event, the newest last: by lastSeen, then by version. A count may fall."""
        version = value(self.source, "metadata.resourceVersion")
        number = int(version) if version.isdecimal() and len(version) <= 20 else 0
        return parse_time(value(self.source, "lastSeen")) or _BEFORE_ALL, number, version


def hits_of(answer: Mapping[str, Any]) -> list[Hit]:
    """The hits of one answer, in their order."""
    return [Hit(hit["_id"], hit.get("_source", {}), hit.get("sort", [])) for hit in answer["hits"]["hits"]]


def value(source: Mapping[str, Any], path: str) -> str:
    """The value of a field as text, "" where it is absent."""
    found: Any = source
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return "" if found is None else str(found)
