"""The record that `check` writes: a heartbeat that is none, which every consumer passes over."""

from __future__ import annotations

from datetime import datetime

from eventcore.event import SCHEMA_VERSION, Cluster
from eventcore.heartbeat import Heartbeat
from exporter.heartbeat import heartbeat_record
from exporter.ship.record import Record
from exporter.version import VERSION


def probe(cluster: Cluster, time: datetime) -> Record:
    """A probe of this cluster."""
    return heartbeat_record(
        Heartbeat(
            schema_version=SCHEMA_VERSION,
            cluster=cluster,
            time=time,
            exporter_version=VERSION,
            probe=True,
            checkpoint_lag_seconds=0.0,
        )
    )
