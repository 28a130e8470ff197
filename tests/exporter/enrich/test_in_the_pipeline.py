"""The enricher in the pipeline: all that was read arrives once, and the mark waits for what waits."""

from __future__ import annotations

import json
from pathlib import Path
from queue import SimpleQueue

import pytest

from exporter.counts import Counts
from exporter.edges import open_sink
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.pipeline import Pipeline
from exporter.settings import Settings
from exporter.surroundings import Surroundings
from tests.exporter.conftest import StreamEndpoint
from tests.exporter.enrich.conftest import ObjectServer
from tests.fixtures.cluster import event_object, list_page

PODS = "/api/v1/namespaces/shop/pods"
EVENTS = 200


def begin(objects: ObjectServer, folder: Path, timeout: float) -> tuple[Pipeline, Counts]:
    """A pipeline that has 200 events about 20 Pods to read, of which every other is gone."""
    items = []
    for number in range(EVENTS):
        name = f"p{number % 20}"
        about = {"kind": "Pod", "apiVersion": "v1", "namespace": "shop", "name": name, "uid": f"uid-{name}"}
        items.append(event_object(f"event-{number}", number + 1, involvedObject=about))
    objects.answers["/api/v1/events?limit=50"] = list_page(*items, version=EVENTS)
    for number in range(0, 20, 2):
        objects.has(PODS, f"p{number}", labels={"app": "web"})
    settings = Settings(
        cluster="demo",
        sink="kinesis",
        stream="kube-events",
        region="eu-west-1",
        flush_interval=0.0,
        pod_status=False,
        heartbeat_interval=0,
        enrich=True,
        enrich_timeout=timeout,
    )
    counts = Counts()
    deaths: SimpleQueue[str] = SimpleQueue()
    surroundings = Surroundings(
        settings, objects.transport(folder), open_sink(settings), counts, Pulse(), Readiness(), deaths.put
    )
    pipeline = Pipeline(surroundings)
    pipeline.start()
    return pipeline, counts


def version(pipeline: Pipeline) -> str:
    """Up to where all is settled."""
    events: dict[str, str] = json.loads(pipeline.checkpoint())["events"]
    return events.get("", "")


def test_all_events_arrive_with_what_is_known_of_their_objects(
    objects: ObjectServer, endpoint: StreamEndpoint, tmp_path: Path
) -> None:
    pipeline, counts = begin(objects, tmp_path, timeout=30.0)
    assert endpoint.wait_until(lambda: len(endpoint.accepted) >= EVENTS)
    assert pipeline.stop(10)
    arrived = [json.loads(each) for each in endpoint.accepted]
    assert len({each["metadata"]["uid"] for each in arrived}) == len(arrived) == EVENTS
    with_labels = [each for each in arrived if each["involvedObject"].get("labels") == {"app": "web"}]
    without = [each for each in arrived if each.get("notEnriched") == "it does not exist any more"]
    assert len(with_labels) == len(without) == EVENTS / 2
    assert objects.count().total() == 20
    assert version(pipeline) == str(EVENTS)
    counted = counts.snapshot()
    assert (counted["read"], counted["enriched"], counted["not_enriched"]) == (EVENTS, 100, 100)


def test_the_mark_stays_before_events_that_wait_for_a_look_up(
    objects: ObjectServer, endpoint: StreamEndpoint, tmp_path: Path
) -> None:
    # GIVEN look-ups that hang
    objects.let_go.clear()
    pipeline, _ = begin(objects, tmp_path, timeout=30.0)
    objects.wait_for_requests(4)
    assert version(pipeline) == ""
    # WHEN the exporter is stopped
    assert pipeline.stop(30)
    # THEN they arrive as they are
    reasons = {json.loads(each)["notEnriched"] for each in endpoint.accepted}
    assert (len(endpoint.accepted), reasons) == (EVENTS, {"the exporter was stopping"})
    assert version(pipeline) == str(EVENTS)


@pytest.mark.parametrize("timeout", [0.1, 30.0])
def test_what_is_abandoned_is_left_to_the_next_leader(
    objects: ObjectServer, endpoint: StreamEndpoint, tmp_path: Path, timeout: float
) -> None:
    # GIVEN a stream and look-ups that hang
    endpoint.let_go.clear()
    objects.let_go.clear()
    pipeline, _ = begin(objects, tmp_path, timeout)
    objects.wait_for_requests(4)
    # WHEN
    pipeline.abandon()
    objects.let_go.set()
    endpoint.let_go.set()
    # THEN the mark has not moved over what was not sent
    assert version(pipeline) == ""
