"""What an operator sees of running exporters: who leads, who is ready, and a heartbeat."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.cluster import SMALL, ReplayServer
from tests.exporter.conftest import Refusal, StreamEndpoint
from tests.exporter.listened_to import ListenedTo

EVENTS_LISTED = '"reader": "events", "objects"'
"""In the line that says so."""


@pytest.fixture
def flags(replay: Callable[..., ReplayServer], tmp_path: Path) -> list[str]:
    """Of an exporter that stands for election and listens on a port of its choice."""
    kubeconfig = replay(SMALL).kubeconfig(tmp_path / "kubeconfig")
    return [
        *("run", "--cluster", "demo", "--kubeconfig", str(kubeconfig), "--log-level", "DEBUG"),
        *("--sink", "kinesis", "--stream", "kube-events", "--region", "eu-west-1"),
        *("--flush-interval", "0.05", "--listen", "127.0.0.1:0"),
    ]


def metric(exporter: ListenedTo, name: str) -> float:
    """One metric without labels."""
    found = re.search(
        rf"^kube_events_exporter_{name} (\S+)$", exporter.page("/metrics").body, flags=re.MULTILINE
    )
    assert found
    return float(found[1])


def heartbeats(endpoint: StreamEndpoint) -> list[str]:
    """The clusters that were heard."""
    records = [json.loads(each) for each in endpoint.accepted]
    return [each["cluster"]["name"] for each in records if each["record"] == "heartbeat"]


def test_one_leads_and_beats_and_both_are_ready(endpoint: StreamEndpoint, flags: list[str]) -> None:
    with ListenedTo(*flags) as leader:
        leader.until('"leading"', EVENTS_LISTED)
        with ListenedTo(*flags) as standby:
            standby.until("the Lease is held by")
            assert (metric(leader, "leader"), metric(standby, "leader")) == (1, 0)
            assert [each.page("/readyz") for each in (leader, standby)] == [(200, "ok\n")] * 2
            assert [each.page("/livez") for each in (leader, standby)] == [(200, "ok\n")] * 2
            assert metric(standby, "events_received_total") == 0
            assert metric(standby, "buffer_capacity_bytes") == 0
        assert endpoint.wait_until(lambda: len(heartbeats(endpoint)) == 1)
        assert heartbeats(endpoint) == ["demo"]
        assert metric(leader, "heartbeats_total") == 1
        assert metric(leader, "events_received_total") > 0


def test_while_aws_is_down_it_lives_and_is_ready(endpoint: StreamEndpoint, flags: list[str]) -> None:
    # A restart would help nobody: the events would have to be read again.
    endpoint.always = Refusal("InternalFailure", 500)
    with ListenedTo(*flags) as exporter:
        exporter.until(EVENTS_LISTED, "waiting for the stream to answer again")
        assert exporter.page("/livez").status == 200
        assert exporter.page("/readyz").status == 200
        assert metric(exporter, "buffer_bytes") > 0
        assert metric(exporter, "checkpoint_lag_seconds") > 0
        assert 'request_duration_seconds_count{result="failed"}' in exporter.page("/metrics").body


def test_without_an_api_server_it_lives_and_is_not_ready(
    endpoint: StreamEndpoint, flags: list[str], tmp_path: Path
) -> None:
    assert endpoint.url
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(re.sub(r"http://[\d.:]+", "http://127.0.0.1:9", kubeconfig.read_text()))
    with ListenedTo(*flags) as exporter:
        exporter.until("waiting for the Lease")
        assert exporter.page("/livez").status == 200
        status, body = exporter.page("/readyz")
        assert status == 503
        assert body.startswith("elector: no answer from http://127.0.0.1:9: ")


def test_a_port_that_is_taken_is_one_line_and_exit_2(endpoint: StreamEndpoint, flags: list[str]) -> None:
    assert endpoint.url
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with ListenedTo(*flags, "--listen", listen) as exporter:
            said, _ = exporter.process.communicate(timeout=60)
    assert said == f"cannot listen on {listen}: Address already in use\n"
    assert exporter.process.returncode == 2
