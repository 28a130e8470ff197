"""The pipeline: what is between reading and acceptance is bounded, however much the API server holds."""

from __future__ import annotations

import json
from pathlib import Path
from queue import SimpleQueue

import pytest

from exporter.counts import Counts
from exporter.edges import open_sink, open_transport
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.pipeline import Pipeline
from exporter.settings import Settings
from exporter.surroundings import Surroundings
from tests.exporter.conftest import StreamEndpoint
from tests.fixtures.cluster import Answer, ScriptedApiServer, event_object

EVENTS = 50_000
PAGE = 500
BUFFER_BYTES = 1024 * 1024


def pages() -> list[Answer]:
    """A list of 50,000 events, a hundred pages of 500."""
    answers = []
    for first in range(0, EVENTS, PAGE):
        metadata = {"resourceVersion": str(EVENTS)}
        if first + PAGE < EVENTS:
            metadata["continue"] = f"from-{first + PAGE}"
        items = [event_object(f"event-{number:06}", number + 1) for number in range(first, first + PAGE)]
        answers.append(Answer(200, json.dumps({"metadata": metadata, "items": items}).encode()))
    return answers


def test_a_list_of_50000_events_goes_through_a_buffer_of_1_mib(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, tmp_path: Path
) -> None:
    # GIVEN a stream that does not answer
    endpoint.let_go.clear()
    api_server.answers(*pages())
    settings = Settings(
        cluster="demo",
        sink="kinesis",
        stream="kube-events",
        region="eu-west-1",
        kubeconfig=str(api_server.kubeconfig(tmp_path / "kubeconfig")),
        buffer_bytes=BUFFER_BYTES,
        flush_interval=0.0,
        pod_status=False,
        heartbeat_interval=0,
    )
    deaths: SimpleQueue[str] = SimpleQueue()
    counts = Counts()
    pipeline = Pipeline(
        Surroundings(
            settings,
            open_transport(settings),
            open_sink(settings),
            counts,
            Pulse(),
            Readiness(),
            deaths.put,
        )
    )
    # WHEN
    pipeline.start()
    # THEN the reading stops after the few pages that fit
    assert endpoint.wait_until(lambda: len(endpoint.calls) >= 2)
    with pytest.raises(AssertionError):
        api_server.wait_for_requests(10, timeout=1.0)
    read = counts.snapshot()["read"]
    assert 0 < read < 10 * PAGE
    # WHEN it answers
    endpoint.let_go.set()
    # THEN everything arrives, and the bound has held
    assert endpoint.wait_until(lambda: len(endpoint.accepted) == EVENTS, timeout=120)
    assert pipeline.stop(grace_period=10)
    assert len(set(endpoint.accepted)) == EVENTS
    assert BUFFER_BYTES * 0.9 < pipeline.buffer.high_water_bytes <= BUFFER_BYTES
    assert deaths.empty()
