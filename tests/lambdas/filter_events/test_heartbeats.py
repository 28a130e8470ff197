"""Heartbeats are counted by cluster, in the minute in which they were sent, and for what they are."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.common.records import Beat, Record
from lambdas.filter_events.heartbeats import MOST_CLUSTERS, Heartbeats
from tests.fixtures.events import heartbeat
from tests.lambdas.metrics import emitted_by


def beat(cluster: str = "prod-eu", *, late: float = 0.0, probe: bool = False) -> Beat:
    """A heartbeat that the stream took so many seconds ago."""
    arrived = datetime.fromtimestamp(time.time() - late, UTC)
    return Beat(Record("1", "arn", "shard:1", arrived), heartbeat(cluster, probe=probe))


def counted(captured: pytest.CaptureFixture[str]) -> dict[str, float]:
    """By cluster."""
    return emitted_by("cluster", captured, "ExporterHeartbeat")


def count(heartbeats: Heartbeats, *beats: Beat) -> None:
    heartbeats.count(beats, now=datetime.now(UTC))


def test_each_cluster_has_a_metric_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    count(Heartbeats(), beat("prod-eu"), beat("prod-us"), beat("prod-eu"))
    assert counted(capsys) == {"prod-eu": 2, "prod-us": 1}


def test_a_probe_is_no_sign_of_life(capsys: pytest.CaptureFixture[str]) -> None:
    count(Heartbeats(), beat(probe=True))
    assert counted(capsys) == {}


def test_a_heartbeat_counts_for_the_minute_in_which_the_stream_took_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # A batch that is delivered again for hours must not make a silent exporter look alive.
    late = beat(late=600)
    count(Heartbeats(), late)
    [document] = (
        json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')
    )
    assert document["_aws"]["Timestamp"] == round(late.record.arrived.timestamp() * 1000)


def test_one_that_no_alarm_looks_at_any_more_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    count(Heartbeats(), beat(late=timedelta(hours=2).total_seconds()))
    assert counted(capsys) == {}


def test_made_up_names_make_no_more_metrics_than_there_may_be(capsys: pytest.CaptureFixture[str]) -> None:
    heartbeats = Heartbeats()
    # GIVEN a cluster that was heard before
    count(heartbeats, beat("prod-eu"))
    # WHEN somebody invents names, in one batch or in many
    for number in range(3 * MOST_CLUSTERS):
        count(heartbeats, beat(f"invented-{number}"))
    # THEN
    count(heartbeats, beat("prod-eu"))
    found = counted(capsys)
    assert len(found) == MOST_CLUSTERS
    assert found["prod-eu"] == 2
