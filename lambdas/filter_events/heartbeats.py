"""Heartbeats become a metric per cluster. An alarm looks for its absence (infra/alarms_heartbeat.tf)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from lambdas.common.observability import logger
from lambdas.common.records import Beat

METRIC = "ExporterHeartbeat"

MOST_CLUSTERS = 200
"""Names that one execution environment makes metrics of. Each is a metric that costs (0.30 USD a month), and
whoever may write to the stream can make up names."""

LATE = timedelta(hours=1)
"""What the stream took longer ago is past the reach of any alarm; CloudWatch itself takes two weeks."""


class Heartbeats:
    """Counts signs of life, each in the minute in which the stream took it.

    By that time, not by the time of the counting: a batch that is delivered again and again must not make a
    silent exporter look alive.
    """

    def __init__(self) -> None:
        self._clusters: set[str] = set()

    def count(self, beats: Sequence[Beat], *, now: datetime) -> None:
        """Count all of them but probes, which somebody sent by hand."""
        for record, heartbeat in beats:
            name = heartbeat.cluster.name
            logger.info(
                "probe" if heartbeat.probe else "heartbeat",
                cluster=name,
                exporter_version=heartbeat.exporter_version,
                sent_at=heartbeat.time.isoformat(),
                checkpoint_lag_seconds=heartbeat.checkpoint_lag_seconds,
                read=heartbeat.read,
                sent=heartbeat.sent,
                refused=heartbeat.refused,
            )
            if heartbeat.probe or now - record.arrived > LATE:
                continue
            if self._may_count(name):
                _count(name, record.arrived)
            else:
                logger.error("too many clusters, a heartbeat is not counted", cluster=name)

    def _may_count(self, name: str) -> bool:
        if len(self._clusters) < MOST_CLUSTERS:
            self._clusters.add(name)
        return name in self._clusters


def _count(cluster: str, at: datetime) -> None:
    """On a line of its own: it has a dimension that the function's other metrics do not have."""
    with single_metric(name=METRIC, unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension(name="cluster", value=cluster)
        metric.set_timestamp(at)
