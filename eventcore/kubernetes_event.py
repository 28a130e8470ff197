"""An Event object as Kubernetes writes it: of core/v1, the fields that normalising looks at.

Decoding JSON straight into these types costs half of decoding it into dictionaries. What does not fit them,
which no API server writes, is decoded without a type and repaired: see repair.py.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class FieldManager(Struct, frozen=True, gc=False):
    """An entry of managedFields: when somebody last wrote to the object."""

    time: datetime | None = None


class ObjectMeta(Struct, frozen=True, rename="camel", gc=False):
    """ObjectMeta."""

    uid: str = ""
    resource_version: str = ""
    creation_timestamp: datetime | None = None
    name: str = ""
    namespace: str = ""
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    managed_fields: list[FieldManager] | None = None


class Reference(Struct, frozen=True, rename="camel", gc=False):
    """ObjectReference. Everything may be missing."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    api_version: str = ""
    resource_version: str = ""
    field_path: str = ""


class EventSource(Struct, frozen=True, gc=False):
    """Who reported, in core/v1's older way."""

    component: str = ""
    host: str = ""


class EventSeries(Struct, frozen=True, rename="camel", gc=False):
    """How often it happened, for writers of events/v1."""

    count: int | None = None
    last_observed_time: datetime | None = None


class KubernetesEvent(Struct, frozen=True, rename="camel", gc=False):
    """An Event object. Times are as they were written: with or without an offset, Go's zero time included."""

    metadata: ObjectMeta = ObjectMeta()
    involved_object: Reference = Reference()
    reason: str = ""
    message: str = ""
    source: EventSource = EventSource()
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    count: int | None = None
    type: str = ""
    series: EventSeries | None = None
    action: str = ""
    related: Reference | None = None
    reporting_component: str = ""
    reporting_instance: str = ""
