"""Normalise: any core/v1 Event, however incomplete, becomes an `Event` with every fallback applied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from eventcore.event import SCHEMA_VERSION, Cluster, Event, InvolvedObject, Metadata, ObjectReference, Source
from eventcore.kubernetes_event import KubernetesEvent, ObjectMeta, Reference
from eventcore.repair import repaired
from eventcore.severity import builtin_severity
from eventcore.shorten import Shortener, is_short
from eventcore.timestamps import in_utc, known_time

_MAX_COUNT = 2**63 - 1
"""The largest long of OpenSearch. Kubernetes itself counts in 32 bits."""

NodeOf = Callable[[str], str]
"""From the uid of a Pod to the name of its node, "" where it is not known."""


def normalise(
    raw: KubernetesEvent | object,
    *,
    cluster: str | Cluster,
    received_at: datetime,
    node_of: NodeOf | None = None,
) -> Event:
    """The event in `raw`: an Event object of core/v1, decoded into its type, or decoded JSON of any kind.

    Never raises: a field that is absent or of another type is empty. The caller judges what cannot be used:
    an event without `metadata.uid` or `metadata.resourceVersion` has no identity.

    Args:
        raw: a `KubernetesEvent`, which is the quick way, or any JSON value.
        cluster: the cluster it was read from, or its name where no more is known of it.
        received_at: when it was read; a time without an offset is taken as UTC.
        node_of: where Pods run, if the caller knows it.
    """
    event = raw if isinstance(raw, KubernetesEvent) else repaired(raw)
    known_cluster, truncated = _cluster(cluster)
    if not is_short(event):
        shortener = Shortener()
        event = shortener.event(event)
        truncated = tuple(sorted((*truncated, *shortener.truncated)))
    received = in_utc(received_at)
    metadata = event.metadata
    created = known_time(metadata.creation_timestamp) or received
    event_time = known_time(event.event_time)
    series = event.series
    involved = event.involved_object
    source = event.source
    component = source.component or event.reporting_component
    return Event(
        schema_version=SCHEMA_VERSION,
        cluster=known_cluster,
        metadata=Metadata(
            uid=metadata.uid,
            resource_version=metadata.resource_version,
            creation_timestamp=created,
            name=metadata.name,
            namespace=metadata.namespace,
            labels=metadata.labels or {},
            annotations=metadata.annotations or {},
        ),
        involved_object=InvolvedObject(
            kind=involved.kind,
            namespace=involved.namespace,
            name=involved.name,
            uid=involved.uid,
            api_version=involved.api_version,
            resource_version=involved.resource_version,
            field_path=involved.field_path,
        ),
        related=None if event.related is None else _related(event.related),
        # Writers of events/v1 set only eventTime, and lastObservedTime in a series.
        first_seen=known_time(event.first_timestamp) or event_time or created,
        last_seen=(known_time(series.last_observed_time) if series else None)
        or known_time(event.last_timestamp)
        or event_time
        or created,
        received_at=received,
        written_at=_written_at(metadata),
        count=(_positive(series.count) if series else 0) or _positive(event.count) or 1,
        severity=builtin_severity(
            reason=event.reason, event_type=event.type, component=component, message=event.message
        ),
        reason=event.reason,
        type=event.type,
        action=event.action,
        message=event.message,
        source=Source(component=component, host=source.host or event.reporting_instance),
        reporting_component=event.reporting_component,
        reporting_instance=event.reporting_instance,
        node=_node(involved, source.host, node_of),
        truncated=truncated,
    )


def _node(involved: Reference, host: str, node_of: NodeOf | None) -> str:
    """Never reportingInstance, which for most controllers is the name of a Pod or a process."""
    if involved.kind == "Node":
        return involved.name
    if node_of is not None and involved.kind == "Pod":
        return node_of(involved.uid) or host
    return host


def _related(related: Reference) -> ObjectReference | None:
    if related == _NOTHING:
        return None
    return ObjectReference(
        kind=related.kind,
        namespace=related.namespace,
        name=related.name,
        uid=related.uid,
        api_version=related.api_version,
        resource_version=related.resource_version,
        field_path=related.field_path,
    )


_NOTHING = Reference()


def _written_at(metadata: ObjectMeta) -> datetime | None:
    newest = None
    for entry in metadata.managed_fields or ():
        time = known_time(entry.time)
        if time is not None and (newest is None or time > newest):
            newest = time
    return newest


def _positive(count: int | None) -> int:
    """A count that is one, else 0."""
    return count if count is not None and 0 < count <= _MAX_COUNT else 0


@lru_cache(maxsize=8)
def _cluster(said: str | Cluster) -> tuple[Cluster, tuple[str, ...]]:
    """The cluster, and the paths of its texts that had to be cut. A process knows one."""
    given = Cluster(name=said) if isinstance(said, str) else said
    shortener = Shortener()
    cluster = Cluster(
        name=shortener.text(given.name, "cluster.name"),
        region=shortener.text(given.region, "cluster.region"),
        account=shortener.text(given.account, "cluster.account"),
    )
    return cluster, shortener.truncated
