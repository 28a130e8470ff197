"""Identity: the one place that says which observation an event is, where it lies, what shard carries it."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Literal

from eventcore.event import Event

IndexPeriod = Literal["day", "week", "month"]

MAX_ID_BYTES = 512
"""OpenSearch refuses the whole bulk for one longer `_id`."""

MAX_PARTITION_KEY_CHARACTERS = 256
"""Kinesis PutRecords."""


def observation_id(event: Event) -> str:
    """`<cluster>:<uid>:<resourceVersion>`, one state of one Event object: at most 512 bytes.

    A longer one, which no API server makes, becomes `sha256:<hex>` of itself.
    """
    metadata = event.metadata
    identity = f"{event.cluster.name}:{metadata.uid}:{metadata.resource_version}"
    return _within(identity, len(identity.encode()), MAX_ID_BYTES)


def partition_key(event: Event) -> str:
    """`<cluster>/<uid of the involved object, else namespace/kind/name>`: spreads load, promises no order.

    At most 256 characters; a longer one becomes `sha256:<hex>` of itself.
    """
    involved = event.involved_object
    object_key = involved.uid or f"{involved.namespace}/{involved.kind}/{involved.name}"
    key = f"{event.cluster.name}/{object_key}"
    return _within(key, len(key), MAX_PARTITION_KEY_CHARACTERS)


def document_time(event: Event) -> datetime:
    """The time by which an observation is filed: lastSeen, held within [creationTimestamp, last write].

    Clocks of nodes are wrong by days, and a document must neither open an index in the future nor land in one
    that retention has deleted. The upper bound is the API server's own time of the last write where it is
    known, so that the index of an observation does not depend on when, or how often, it was delivered; else
    the time of receipt.
    """
    earliest = event.metadata.creation_timestamp
    latest = max(earliest, event.written_at or event.received_at)
    return min(max(event.last_seen, earliest), latest)


def index_name(event: Event, period: IndexPeriod = "day", prefix: str = "kube-events") -> str:
    """The index, such as `kube-events-2026.11.21`, or `kube-events-2026.w47`, or `kube-events-2026.11`."""
    time = document_time(event)
    if period == "day":
        return f"{prefix}-{time.year:04}.{time.month:02}.{time.day:02}"
    if period == "month":
        return f"{prefix}-{time.year:04}.{time.month:02}"
    year, week, _ = time.isocalendar()
    return f"{prefix}-{year:04}.w{week:02}"


def _within(text: str, length: int, limit: int) -> str:
    return text if length <= limit else f"sha256:{sha256(text.encode()).hexdigest()}"
