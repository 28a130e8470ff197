"""Pod status in the pipeline: over HTTP from the API server to the stream, and over the end of a term."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from exporter.counts import Counts
from exporter.edges import open_sink, open_transport
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.pipeline import Pipeline
from exporter.settings import Settings
from exporter.surroundings import Surroundings
from sandbox.cluster import ReplayServer
from sandbox.cluster.server import KUBECONFIG
from tests.exporter.conftest import StreamEndpoint
from tests.exporter.pods.kubelet import POD_UID, pod_json, status
from tests.fixtures.cluster import event_object

RECORDING = Path(__file__).parents[2] / "recording"
ENDS = 14
"""Of containers, in the recording."""


def settings(server: ReplayServer, folder: Path, **changes: Any) -> Settings:
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG.format(url=server.url, token=server.token))
    return Settings(
        **{
            "cluster": "demo",
            "sink": "kinesis",
            "stream": "kube-events",
            "region": "eu-west-1",
            "kubeconfig": str(kubeconfig),
            "flush_interval": 0.0,
            **changes,
        }
    )


def term(of: Settings, counts: Counts, checkpoint: str | None = None) -> Pipeline:
    deaths: SimpleQueue[str] = SimpleQueue()
    pipeline = Pipeline(
        Surroundings(of, open_transport(of), open_sink(of), counts, Pulse(), Readiness(), deaths.put),
        checkpoint=checkpoint,
    )
    pipeline.start()
    return pipeline


def of_kind(endpoint: StreamEndpoint, *, synthetic: bool) -> list[dict[str, Any]]:
    arrived = [json.loads(each) for each in endpoint.accepted]
    return [each for each in arrived if each["record"] == "event" and ("container" in each) == synthetic]


def test_ends_of_containers_arrive_beside_the_events_and_once_over_two_terms(
    replay: Callable[..., ReplayServer], endpoint: StreamEndpoint, tmp_path: Path
) -> None:
    # GIVEN a cluster in which a container is killed three times
    server = replay(RECORDING / "small.jsonl.gz", pods=(RECORDING / "pods.jsonl.gz",))
    counts = Counts()
    chosen = settings(server, tmp_path)
    # WHEN an exporter leads until it has told all ends
    first = term(chosen, counts)
    assert endpoint.wait_until(lambda: len(of_kind(endpoint, synthetic=True)) == ENDS)
    assert first.stop(10)
    # AND then another one, which reads the events anew, behind the first list of Pods
    left = json.loads(first.checkpoint())
    assert left["pods"][""]
    already = len(of_kind(endpoint, synthetic=False))
    second = term(chosen, counts, json.dumps(left | {"events": {}}))
    assert endpoint.wait_until(lambda: len(of_kind(endpoint, synthetic=False)) > already)
    assert second.stop(10)
    # THEN each end arrived once
    found = of_kind(endpoint, synthetic=True)
    assert len({each["metadata"]["uid"] for each in found}) == len(found) == ENDS
    kills = [each for each in found if each["reason"] == "OOMKilled"]
    assert [each["container"]["restartCount"] for each in kills] == [0, 1, 2]
    assert counts.snapshot()["synthetic"] == ENDS


def test_an_event_of_a_pod_says_on_which_node_the_pod_is(
    replay: Callable[..., ReplayServer], endpoint: StreamEndpoint, tmp_path: Path
) -> None:
    # GIVEN a Pod that is there at the start, and an event of it whose writer names no host
    about = {"kind": "Pod", "namespace": "shop", "name": "checkout-78769cd565-bthdp", "uid": POD_UID}
    event = event_object("scheduled", 500, involvedObject=about, reportingComponent="default-scheduler")
    for name, seen in (("pods", pod_json(status(0))), ("events", event)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"type": "ADDED", "object": seen}) + "\n")
    server = replay(tmp_path / "events.jsonl", pods=(tmp_path / "pods.jsonl",))
    # WHEN
    pipeline = term(settings(server, tmp_path), Counts())
    assert endpoint.wait_until(lambda: bool(of_kind(endpoint, synthetic=False)))
    assert pipeline.stop(10)
    # THEN
    (arrived,) = of_kind(endpoint, synthetic=False)
    assert arrived["node"] == "node-2.example.internal"


def test_every_kind_of_record_says_where_the_cluster_lies(
    replay: Callable[..., ReplayServer], endpoint: StreamEndpoint, tmp_path: Path
) -> None:
    # GIVEN an exporter that is told where its cluster lies
    server = replay(RECORDING / "small.jsonl.gz", pods=(RECORDING / "pods.jsonl.gz",))
    chosen = settings(server, tmp_path, cluster_region="eu-central-1", cluster_account="123456789012")
    # WHEN
    pipeline = term(chosen, Counts())
    assert endpoint.wait_until(lambda: len(of_kind(endpoint, synthetic=True)) == ENDS)
    assert endpoint.wait_until(lambda: bool(of_kind(endpoint, synthetic=False)))
    assert pipeline.stop(10)
    # THEN
    arrived = [json.loads(each) for each in endpoint.accepted]
    assert {each["record"] for each in arrived} == {"event", "heartbeat"}
    lies = {"name": "demo", "region": "eu-central-1", "account": "123456789012"}
    assert [each for each in arrived if each["cluster"] != lies] == []
