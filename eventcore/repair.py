"""Repair: any JSON value becomes a `KubernetesEvent`. What is absent or of another type is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eventcore.kubernetes_event import (
    EventSeries,
    EventSource,
    FieldManager,
    KubernetesEvent,
    ObjectMeta,
    Reference,
)
from eventcore.timestamps import parse_time

_EMPTY: Mapping[str, object] = {}


def repaired(raw: object) -> KubernetesEvent:
    """The event in `raw`, decoded JSON of whatever it may be. Never raises."""
    event = _object(raw)
    related = _mapping(event, "related")
    return KubernetesEvent(
        metadata=_metadata(_mapping(event, "metadata")),
        involved_object=_reference(_mapping(event, "involvedObject")),
        reason=_text(event, "reason"),
        message=_text(event, "message"),
        source=_source(_mapping(event, "source")),
        first_timestamp=parse_time(event.get("firstTimestamp")),
        last_timestamp=parse_time(event.get("lastTimestamp")),
        event_time=parse_time(event.get("eventTime")),
        count=_whole_number(event, "count"),
        type=_text(event, "type"),
        series=_series(_mapping(event, "series")),
        action=_text(event, "action"),
        related=_reference(related) if related else None,
        reporting_component=_text(event, "reportingComponent"),
        reporting_instance=_text(event, "reportingInstance"),
    )


def _metadata(raw: Mapping[str, object]) -> ObjectMeta:
    return ObjectMeta(
        uid=_text(raw, "uid"),
        resource_version=_text(raw, "resourceVersion"),
        creation_timestamp=parse_time(raw.get("creationTimestamp")),
        name=_text(raw, "name"),
        namespace=_text(raw, "namespace"),
        labels=dict(_texts(_mapping(raw, "labels"))),
        annotations=dict(_texts(_mapping(raw, "annotations"))),
        managed_fields=[
            FieldManager(parse_time(entry.get("time"))) for entry in _objects(raw, "managedFields")
        ],
    )


def _reference(raw: Mapping[str, object]) -> Reference:
    return Reference(
        kind=_text(raw, "kind"),
        namespace=_text(raw, "namespace"),
        name=_text(raw, "name"),
        uid=_text(raw, "uid"),
        api_version=_text(raw, "apiVersion"),
        resource_version=_text(raw, "resourceVersion"),
        field_path=_text(raw, "fieldPath"),
    )


def _source(raw: Mapping[str, object]) -> EventSource:
    return EventSource(component=_text(raw, "component"), host=_text(raw, "host"))


def _series(raw: Mapping[str, object]) -> EventSeries:
    return EventSeries(
        count=_whole_number(raw, "count"), last_observed_time=parse_time(raw.get("lastObservedTime"))
    )


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else _EMPTY


def _mapping(raw: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The object under `key`, empty where there is none."""
    return _object(raw.get(key))


def _objects(raw: Mapping[str, object], key: str) -> Iterator[Mapping[str, object]]:
    """The objects in the list under `key`."""
    value = raw.get(key)
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _texts(raw: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The strings of a map, such as labels."""
    yield from ((key, value) for key, value in raw.items() if isinstance(key, str) and isinstance(value, str))


def _text(raw: Mapping[str, object], key: str) -> str:
    """The string under `key`, "" where there is none."""
    value = raw.get(key)
    return value if isinstance(value, str) else ""


def _whole_number(raw: Mapping[str, object], key: str) -> int | None:
    """The whole number under `key`: JSON may write 7 as 7.0."""
    value = raw.get(key)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
