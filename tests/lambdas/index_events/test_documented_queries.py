"""The three queries of docs/index.md, on a real server."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from eventcore.event import Event
from tests.events import kinesis_batch
from tests.fixtures.aws import LambdaContext
from tests.fixtures.events import event, raw_event
from tests.fixtures.opensearch import OpenSearchApi
from tests.lambdas.index_events.conftest import Deployed

pytestmark = pytest.mark.opensearch

DOCUMENT = Path(__file__).parents[3] / "docs" / "index.md"


def documented_queries() -> list[tuple[str, dict[str, Any]]]:
    blocks = re.findall(r"```json\nGET (\S+)\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return [(path, json.loads(body)) for path, body in blocks]


def state(version: int, *, uid: str = "ad28f7e6", **changes: Any) -> Event:
    return event(
        metadata=raw_event()["metadata"] | {"uid": uid, "resourceVersion": str(version)},
        **changes,
    )


@pytest.fixture
def filled(index: OpenSearchApi, deployed: Deployed) -> OpenSearchApi:
    """Three states of one event, another event of the same pod, and one of another cluster."""
    states = [state(number, count=number) for number in (1, 2, 3)]
    other = state(4, uid="0b5e8f3c", reason="Unhealthy", lastTimestamp="2026-11-21T02:05:00Z")
    elsewhere = state(5, uid="c0ffee00", cluster="prod-us", involvedObject={"kind": "Node", "name": "node-1"})
    deployed.start(index.url)(kinesis_batch(*states, other, elsewhere), LambdaContext())
    index.call("POST", "/kube-events-*/_refresh")
    return index


def run(api: OpenSearchApi, number: int) -> Any:
    path, body = documented_queries()[number]
    return api.call("POST", path, body)


def test_what_happened_in_an_hour(filled: OpenSearchApi) -> None:
    hits = run(filled, 0)["hits"]["hits"]
    assert len(hits) == 4
    assert {hit["_source"]["cluster"]["name"] for hit in hits} == {"prod-eu"}
    assert hits[-1]["_source"]["reason"] == "Unhealthy"


def test_the_present_state_of_each_event_of_an_object(filled: OpenSearchApi) -> None:
    hits = run(filled, 1)["hits"]["hits"]
    assert [(hit["_source"]["reason"], hit["_source"]["count"]) for hit in hits] == [
        ("BackOff", 3),
        ("Unhealthy", 7),
    ]


def test_where_the_trouble_is(filled: OpenSearchApi) -> None:
    namespaces = {each["key"]: each for each in run(filled, 2)["aggregations"]["namespaces"]["buckets"]}
    assert namespaces.keys() == {"shop", "(cluster)"}
    reasons = {each["key"]: each["events"]["value"] for each in namespaces["shop"]["reasons"]["buckets"]}
    assert reasons == {"BackOff": 1, "Unhealthy": 1}
