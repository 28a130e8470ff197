"""The columns of the table: kubectl's, and what an index of several clusters adds to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple

from eventcore.timestamps import parse_time
from kube_events.search.hits import value

Source = Mapping[str, Any]


class Column(NamedTuple):
    """A title, what stands below it, and which fields of the document that takes."""

    title: str
    text: Callable[[Source, tzinfo | None], str]
    fields: tuple[str, ...]


def _field(title: str, path: str) -> Column:
    return Column(title, lambda source, _: value(source, path), (path,))


def _time(title: str, path: str) -> Column:
    def text(source: Source, zone: tzinfo | None) -> str:
        moment = parse_time(value(source, path))
        if moment is None:
            return ""
        try:
            shown = moment.astimezone(zone).isoformat(timespec="seconds")
        except OverflowError:  # year 1 or 9999, at a zone's far side
            shown = moment.isoformat(timespec="seconds")
        return shown.replace("+00:00", "Z")

    return Column(title, text, (path,))


def _object(source: Source, _: tzinfo | None) -> str:
    kind, name = value(source, "involvedObject.kind").lower(), value(source, "involvedObject.name")
    return f"{kind}/{name}" if kind or name else ""


def _source(source: Source, _: tzinfo | None) -> str:
    parts = (value(source, "source.component"), value(source, "source.host"))
    return ", ".join(part for part in parts if part)


CLUSTER = _field("CLUSTER", "cluster.name")
NAMESPACE = _field("NAMESPACE", "involvedObject.namespace")
MESSAGE = _field("MESSAGE", "message")

TABLE = (
    _time("LAST SEEN", "lastSeen"),
    _field("TYPE", "type"),
    _field("REASON", "reason"),
    Column("OBJECT", _object, ("involvedObject.kind", "involvedObject.name")),
    MESSAGE,
)
WIDE = (
    TABLE[0],
    TABLE[1],
    _field("SEVERITY", "severity"),
    TABLE[2],
    TABLE[3],
    _field("SUBOBJECT", "involvedObject.fieldPath"),
    Column("SOURCE", _source, ("source.component", "source.host")),
    _field("NODE", "node"),
    MESSAGE,
    _time("FIRST SEEN", "firstSeen"),
    _field("COUNT", "count"),
    _field("NAME", "metadata.name"),
)


def fields_of(columns: Sequence[Column]) -> list[str]:
    """What a search has to return for these, and for CLUSTER and NAMESPACE."""
    return sorted({path for column in (CLUSTER, NAMESPACE, *columns) for path in column.fields})
