"""The event as it travels and is stored: core/v1 Event in Kubernetes' own names, every fallback applied."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Worst first."""

SCHEMA_VERSION = 1
"""Version of the wire format. A consumer accepts this one and the one before it."""


class Cluster(Struct, frozen=True, kw_only=True, rename="camel"):
    """The cluster an event comes from. Its name is chosen by whoever deploys the exporter."""

    name: str


class Metadata(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What is kept of the Event object's own ObjectMeta."""

    uid: str
    resource_version: str
    creation_timestamp: datetime
    name: str = ""
    namespace: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class ObjectReference(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """core/v1 ObjectReference."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    api_version: str = ""
    resource_version: str = ""
    field_path: str = ""


class Source(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Who reported: `source` of core/v1, else reportingComponent and reportingInstance."""

    component: str = ""
    host: str = ""


class Event(
    Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, tag_field="record", tag="event"
):
    """One observation: one state of an Event object. It never changes; identity.py names it.

    Times are aware and in UTC. A string that Kubernetes left out is "" here and absent on the wire.
    """

    schema_version: int
    cluster: Cluster
    metadata: Metadata
    involved_object: ObjectReference
    first_seen: datetime
    last_seen: datetime
    received_at: datetime
    """When the exporter read it."""
    count: int
    severity: Severity
    written_at: datetime | None = None
    """The API server's time of the last write to this object (the newest of managedFields)."""
    related: ObjectReference | None = None
    reason: str = ""
    type: str = ""
    action: str = ""
    message: str = ""
    source: Source = Source()
    reporting_component: str = ""
    reporting_instance: str = ""
    node: str = ""
    synthetic: bool = False
    """Made by the exporter from a Pod's status, not by Kubernetes."""
    truncated: tuple[str, ...] = ()
    """Paths of the fields that were cut because they were over their limit."""
