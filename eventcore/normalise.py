"""Normalise: any core/v1 Event, however incomplete, becomes an `Event` with every fallback applied."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from eventcore.event import SCHEMA_VERSION, Cluster, Event, InvolvedObject, Metadata, ObjectReference, Source
from eventcore.fields import FieldReader, mapping, objects, positive
from eventcore.limits import MAX_MESSAGE_BYTES
from eventcore.severity import builtin_severity
from eventcore.timestamps import in_utc, parse_time

_BULKY_ANNOTATIONS = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})
"""A copy of the whole object that `kubectl apply` leaves: it says nothing about what happened."""


def normalise(raw: object, *, cluster: str, received_at: datetime) -> Event:
    """The event in `raw`, decoded JSON of one core/v1 Event.

    Never raises: a field that is absent or of another type is empty. The caller judges what cannot be used:
    an event without `metadata.uid` or `metadata.resourceVersion` has no identity.

    Args:
        raw: any JSON value.
        cluster: name of the cluster it was read from.
        received_at: when it was read; a time without an offset is taken as UTC.
    """
    event = raw if isinstance(raw, dict) else {}
    read = FieldReader()
    received = in_utc(received_at)
    object_meta = mapping(event, "metadata")
    metadata = _metadata(object_meta, read, received)
    involved = InvolvedObject(**_reference_fields(mapping(event, "involvedObject"), "involvedObject.", read))
    reporting_component = read.text(event, "reportingComponent")
    reporting_instance = read.text(event, "reportingInstance")
    source = mapping(event, "source")
    host = read.text(source, "host", "source.")
    component = read.text(source, "component", "source.") or reporting_component
    reason = read.text(event, "reason")
    event_type = read.text(event, "type")
    message = read.text(event, "message", limit=MAX_MESSAGE_BYTES)
    series = mapping(event, "series")
    related = mapping(event, "related")
    first_seen, last_seen = _seen(event, series, metadata.creation_timestamp)
    return Event(
        schema_version=SCHEMA_VERSION,
        cluster=Cluster(name=read.shortened(cluster, "cluster.name")),
        metadata=metadata,
        involved_object=involved,
        related=_reference(related, "related.", read) if related else None,
        first_seen=first_seen,
        last_seen=last_seen,
        received_at=received,
        written_at=_written_at(object_meta),
        count=positive(series, "count") or positive(event, "count") or 1,
        severity=builtin_severity(
            reason=reason,
            event_type=event_type,
            component=component,
            message=message,
        ),
        reason=reason,
        type=event_type,
        action=read.text(event, "action"),
        message=message,
        source=Source(component=component, host=host or reporting_instance),
        reporting_component=reporting_component,
        reporting_instance=reporting_instance,
        # Never reportingInstance, which for most controllers is the name of a Pod or a process.
        node=involved.name if involved.kind == "Node" else host,
        truncated=read.truncated,
    )


def _metadata(raw: Mapping[str, object], read: FieldReader, received: datetime) -> Metadata:
    return Metadata(
        uid=read.text(raw, "uid", "metadata."),
        resource_version=read.text(raw, "resourceVersion", "metadata."),
        creation_timestamp=parse_time(raw.get("creationTimestamp")) or received,
        name=read.text(raw, "name", "metadata."),
        namespace=read.text(raw, "namespace", "metadata."),
        labels=read.labels(raw, "labels", "metadata.labels", without=frozenset()),
        annotations=read.labels(raw, "annotations", "metadata.annotations", without=_BULKY_ANNOTATIONS),
    )


def _reference(raw: Mapping[str, object], prefix: str, read: FieldReader) -> ObjectReference:
    return ObjectReference(**_reference_fields(raw, prefix, read))


def _reference_fields(raw: Mapping[str, object], prefix: str, read: FieldReader) -> dict[str, Any]:
    return {
        "kind": read.text(raw, "kind", prefix),
        "namespace": read.text(raw, "namespace", prefix),
        "name": read.text(raw, "name", prefix),
        "uid": read.text(raw, "uid", prefix),
        "api_version": read.text(raw, "apiVersion", prefix),
        "resource_version": read.text(raw, "resourceVersion", prefix),
        "field_path": read.text(raw, "fieldPath", prefix),
    }


def _seen(
    event: Mapping[str, object], series: Mapping[str, object], created: datetime
) -> tuple[datetime, datetime]:
    """First and last time. Writers of events/v1 set only eventTime, and lastObservedTime in a series."""
    event_time = parse_time(event.get("eventTime"))
    first = parse_time(event.get("firstTimestamp")) or event_time or created
    last = (
        parse_time(series.get("lastObservedTime"))
        or parse_time(event.get("lastTimestamp"))
        or event_time
        or created
    )
    return first, last


def _written_at(metadata: Mapping[str, object]) -> datetime | None:
    times = (parse_time(entry.get("time")) for entry in objects(metadata, "managedFields"))
    return max((time for time in times if time is not None), default=None)
