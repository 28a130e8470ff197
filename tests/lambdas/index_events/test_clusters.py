"""Several clusters behind one function: in the same indices, or each in its own, and one alias over all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from eventcore.event import Cluster, Event
from eventcore.identity import partition_key
from eventcore.normalise import normalise
from sandbox.cluster import SMALL, load_recording
from sandbox.cluster.recording import STATES
from tests.events import failed, kinesis_batch
from tests.fixtures.aws import LambdaContext
from tests.fixtures.events import RECEIVED_AT
from tests.fixtures.opensearch import OpenSearchApi
from tests.lambdas.index_events.conftest import Deployed
from tests.lambdas.rules import compiled

pytestmark = pytest.mark.opensearch

ALIAS = "kubernetes-events"
EUROPE = Cluster(name="Prod.EU", region="eu-central-1", account="123456789012")
AMERICA = Cluster(name="prod-us", region="us-east-1", account="210987654321")
SOMEWHERE = Cluster(name="lab")
"""Its exporter was never told where it runs."""
CLUSTERS = (EUROPE, AMERICA, SOMEWHERE)


def states_of(cluster: Cluster) -> list[Event]:
    """The same objects in each cluster, down to uid and version: one was restored from another's backup."""
    lines = [line.object for line in load_recording(SMALL).lines if line.type in STATES]
    return [
        normalise(msgspec.json.decode(line), cluster=cluster, received_at=RECEIVED_AT)
        for line in dict.fromkeys(lines)
    ]


def found(api: OpenSearchApi, **terms: str) -> set[tuple[str, str, str]]:
    """Cluster, uid and version of all that the alias finds by exact fields."""
    filters: Sequence[Any] = [{"term": {name.replace("_", "."): value}} for name, value in terms.items()]
    hits = api.documents(ALIAS, query={"bool": {"filter": filters}})
    sources = [hit["_source"] for hit in hits]
    return {
        (each["cluster"]["name"], each["metadata"]["uid"], each["metadata"]["resourceVersion"])
        for each in sources
    }


def observed(*clusters: Cluster) -> set[tuple[str, str, str]]:
    """The same of what was sent."""
    return {
        (cluster.name, state.metadata.uid, state.metadata.resource_version)
        for cluster in clusters
        for state in states_of(cluster)
    }


@pytest.mark.parametrize(
    ("index_name", "indices"),
    [
        ("kube-events", {"kube-events"}),
        ("kube-events-{cluster}", {"kube-events-prod-eu", "kube-events-prod-us", "kube-events-lab"}),
    ],
)
def test_clusters_are_told_apart_in_the_same_indices_and_in_their_own(
    index: OpenSearchApi, deployed: Deployed, index_name: str, indices: set[str]
) -> None:
    # GIVEN rules that drop nothing and know one cluster by its region
    critical = {"match": {"cluster": {"region": [{"prefix": "us-"}]}}, "severity": "critical"}
    handler = deployed.start(index.url, rules=compiled(severity=[critical]), INDEX_NAME=index_name)
    # WHEN the states of three clusters come in one stream, and once more
    states = sorted((state for each in CLUSTERS for state in states_of(each)), key=partition_key)
    for _ in range(2):
        assert failed(handler(kinesis_batch(*states), LambdaContext())) == []
    # THEN nothing of one hides anything of another, and each is found by each of its names, by one alias
    assert len(states) > 400
    assert found(index) == observed(*CLUSTERS)
    assert len(index.documents()) == len(states)
    for cluster in CLUSTERS:
        assert found(index, cluster_name=cluster.name) == observed(cluster)
    assert found(index, cluster_region="eu-central-1") == observed(EUROPE)
    assert found(index, cluster_account="210987654321") == observed(AMERICA)
    missing = index.documents(ALIAS, query={"bool": {"must_not": {"exists": {"field": "cluster.region"}}}})
    assert {hit["_source"]["cluster"]["name"] for hit in missing} == {"lab"}
    assert found(index, severity="critical") >= observed(AMERICA)
    # AND they lie where the name says
    assert {hit["_index"].rpartition("-")[0] for hit in index.documents()} == indices
