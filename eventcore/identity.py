"""Identity: the one place that says which observation an event is, where it lies, what shard carries it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Literal

from eventcore.event import Event

IndexPeriod = Literal["day", "week", "month"]

PERIOD_DAYS: Mapping[IndexPeriod, int] = MappingProxyType({"day": 1, "week": 7, "month": 31})
"""The most days of which an index holds the documents."""

INDEX_NAME = "kube-events"
"""What every index is called, before its date."""

INDEX_NAME_PATTERN = r"^kube-events(-[a-z0-9][a-z0-9-]*)?(-\{cluster\})?\Z"
"""What the setting `index_name` may be. One template, one policy and one role hold for `kube-events-*`."""

MAX_INDEX_NAME_CHARACTERS = 100
"""Of the setting, and of a cluster's name in it: OpenSearch takes 255 bytes for the whole."""

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
    earliest, seen, latest = (
        event.metadata.creation_timestamp,
        event.last_seen,
        event.written_at or event.received_at,
    )
    if earliest <= seen <= latest:
        return seen
    return min(max(seen, earliest), max(earliest, latest))


def index_name(event: Event, period: IndexPeriod = "day", name: str = INDEX_NAME) -> str:
    """The index, such as `kube-events-2026.11.21`, or `kube-events-2026.w47`, or `kube-events-2026.11`.

    Args:
        event: what is to be filed.
        period: of which one index holds the documents.
        name: fits INDEX_NAME_PATTERN. `{cluster}` stands for the name of the event's cluster, in small
            letters and with `-` for what is neither letter, digit nor `-`.
    """
    return _index_name(name, event.cluster.name, period, document_time(event).date())


@lru_cache(maxsize=1024)
def _index_name(name: str, cluster: str, period: IndexPeriod, day: date) -> str:
    """A batch is of few days and few clusters."""
    if name.endswith("{cluster}"):
        name = (
            name.removesuffix("{cluster}")
            + _not_of_a_name.sub("-", cluster).lower()[:MAX_INDEX_NAME_CHARACTERS]
        )
    if period == "day":
        return f"{name}-{day.year:04}.{day.month:02}.{day.day:02}"
    if period == "month":
        return f"{name}-{day.year:04}.{day.month:02}"
    year, week, _ = day.isocalendar()
    return f"{name}-{year:04}.w{week:02}"


_not_of_a_name = re.compile("[^A-Za-z0-9-]")


def _within(text: str, length: int, limit: int) -> str:
    return text if length <= limit else f"sha256:{sha256(text.encode()).hexdigest()}"
