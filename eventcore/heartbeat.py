"""The heartbeat: a record a minute between the events, by which silence is told from a quiet cluster."""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import Struct

from eventcore.event import Cluster

CLUSTER_NAME = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,99}\Z"
"""What the exporter's settings allow as the name of a cluster. A heartbeat's becomes a dimension of a metric,
so nothing else may."""

_cluster_name = re.compile(CLUSTER_NAME)


class Heartbeat(
    Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, tag_field="record", tag="heartbeat"
):
    """That an exporter ships, and how it fares. Only the one that leads says so."""

    schema_version: int
    """The same as the event's, and read by the same rule."""
    cluster: Cluster
    time: datetime
    """By the exporter's clock."""
    exporter_version: str
    probe: bool = False
    """Sent by hand, to try the stream: no sign of life of anything."""
    checkpoint_lag_seconds: float
    """Since the oldest state that the stream has not accepted was read; 0 if there is none."""
    read: int = 0
    """States of Events that were read since the process began."""
    synthetic: int = 0
    """Events made from the status of Pods since then."""
    sent: int = 0
    """Records that the stream accepted since then."""
    refused: int = 0
    """Records that it never will."""

    def __post_init__(self) -> None:
        """Raises ValueError for a cluster that no exporter may have as its name."""
        if not _cluster_name.match(self.cluster.name):
            raise ValueError("cluster.name is no name of a cluster")
