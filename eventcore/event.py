"""The event as it travels and is stored: core/v1 Event in Kubernetes' own names, every fallback applied."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct, field

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Worst first."""

SCHEMA_VERSION = 1
"""Version of the wire format. A consumer accepts this one and the one before it."""


class Cluster(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The cluster an event comes from, as whoever deploys the exporter says it; its name identifies it."""

    name: str
    region: str = ""
    """AWS region in which it runs."""
    account: str = ""
    """AWS account that it belongs to: 12 digits."""


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


class Owner(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One step of the chain of controllers above an object: a ReplicaSet, the Deployment above it."""

    kind: str
    name: str
    uid: str = ""
    api_version: str = ""


class InvolvedObject(ObjectReference, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What the event is about. Labels, annotations and owners are there if the exporter enriches events."""

    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owners: tuple[Owner, ...] = ()
    """Nearest first."""


class ContainerExit(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """How a container ended: what a synthetic event is about. Names of core/v1 ContainerStateTerminated."""

    name: str
    exit_code: int
    reason: str = ""
    signal: int = 0
    """By which it was killed, 0 if by none."""
    container_id: str = field(default="", name="containerID")
    started_at: datetime | None = None
    finished_at: datetime | None = None
    memory_limit: str = ""
    """`resources.limits.memory` of the container, as it is written there; "" if it has none."""
    init: bool = False
    """Whether it is an init container."""
    restart_count: int
    """The container's restartCount when this end was seen."""
    restarts: int | None = None
    """How far restartCount moved since the end before this one was told, or since the first look; None at the
    first look. Of several ends between two looks Kubernetes keeps only the last."""


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
    involved_object: InvolvedObject
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
    container: ContainerExit | None = None
    """Of a synthetic event: the end of a container."""
    not_enriched: str = ""
    """Why labels and owners of the involved object are missing, although the exporter enriches events."""
    truncated: tuple[str, ...] = ()
    """Paths of the fields that were cut because they were over their limit."""
