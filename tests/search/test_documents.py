"""Documents stay exact on a real server, however often and in whatever order records come."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import msgspec
import pytest
from msgspec.structs import replace

from eventcore.event import Event
from eventcore.wire import encode
from lambdas.common.opensearch.client import OpenSearchClient
from lambdas.common.time_budget import TimeBudget
from lambdas.index_events.bulk_writer import BulkWriter
from lambdas.index_events.document import build_document
from lambdas.index_events.triage import Verdict
from sandbox.opensearch import OpenSearchServer
from sandbox.opensearch.health import signed_in
from scripts.packaging.sources import ROOT
from tests.events import failed, kinesis_batch
from tests.fixtures.aws import Aws, Handler, LambdaContext
from tests.fixtures.events import event, raw_event
from tests.fixtures.opensearch_api import OpenSearchApi
from tests.fixtures.recorded import recorded_events
from tests.lambdas.rules import compiled

pytestmark = pytest.mark.search

TEMPLATE = ROOT / "opensearch" / "index-template.json"


@pytest.fixture
def start(
    search_server: OpenSearchServer,
    clean_search: OpenSearchApi,
    aws: Aws,
    cold_start: Callable[[str, Mapping[str, str]], Handler],
) -> Callable[[], Handler]:
    """`start()`: a new execution environment of index_events, in front of a server with the template."""
    clean_search.call("PUT", "/_index_template/kube-events", json.loads(TEMPLATE.read_bytes()))
    bucket = aws.bucket()
    environment = {
        "CONFIG_BUCKET": bucket,
        "DEAD_LETTERS_BUCKET": bucket,
        "RULES_KEY": aws.configuration(bucket, "rules", compiled()),
        "OPENSEARCH_ENDPOINT": clean_search.url,
        "OPENSEARCH_AUTH": "sigv4",
    }
    if search_server.admin is not None:
        name, password = search_server.admin
        secret = boto3.client("secretsmanager").create_secret(
            Name="admin", SecretString=json.dumps({"username": name, "password": password})
        )
        environment |= {"OPENSEARCH_AUTH": "basic", "OPENSEARCH_SECRET_ARN": secret["ARN"]}
    return lambda: cold_start("index_events", environment)


def deliver(handler: Handler, *records: Event | bytes) -> None:
    assert failed(handler(kinesis_batch(*records), LambdaContext())) == []


def labelled(number: int, labels: dict[str, str], **metadata: Any) -> Event:
    return event(
        metadata=raw_event()["metadata"] | {"resourceVersion": str(number), "labels": labels, **metadata}
    )


def mapping_of(api: OpenSearchApi) -> Any:
    return {name: each["mappings"] for name, each in api.call("GET", "/kube-events-*/_mapping").items()}


@pytest.mark.parametrize("seed", range(3))
def test_replays_and_disorder_leave_every_document_exact(
    start: Callable[[], Handler], clean_search: OpenSearchApi, seed: int
) -> None:
    # GIVEN the recording, each state up to three times, in any order, in batches of any size
    chance = random.Random(seed)  # noqa: S311 - a seed, no secret
    events = [*recorded_events(), *recorded_events("handmade.jsonl")]
    deliveries = [each for each in events for _ in range(chance.randint(1, 3))]
    chance.shuffle(deliveries)
    environments = [start(), start()]
    # WHEN
    at = 0
    while at < len(deliveries):
        size = chance.randint(1, 250)
        deliver(chance.choice(environments), *deliveries[at : at + size])
        at += size
    # THEN there is one document for each state, and it says what the record says
    wanted = {each.id: each for each in map(build_document, map(_as_sent, events))}
    found = {hit["_id"]: hit for hit in clean_search.documents()}
    assert found.keys() == wanted.keys()
    for name, document in wanted.items():
        assert found[name]["_source"] == msgspec.json.decode(document.source)
        assert found[name]["_index"] == document.index
        assert found[name]["_version"] == 1
    # WHEN all of it comes once more, the other way round
    deliver(start(), *reversed(events))
    # THEN nothing was written
    assert {hit["_id"]: (hit["_seq_no"], hit["_source"]) for hit in clean_search.documents()} == {
        name: (hit["_seq_no"], hit["_source"]) for name, hit in found.items()
    }


def _as_sent(event: Event) -> Event:
    """What was over a record's limit has been cut."""
    return msgspec.json.decode(encode(event), type=Event)


def test_labels_that_no_mapping_could_hold_together_are_searched_and_counted(
    start: Callable[[], Handler], clean_search: OpenSearchApi
) -> None:
    # GIVEN `app` as a text in one document and as an object in another, if labels were fields
    deliver(
        start(),
        labelled(1, {"app": "web"}),
        labelled(2, {"app.kubernetes.io/name": "web", "app": "shop"}),
        labelled(3, {"app.kubernetes.io/name": "db", "": "empty", "a..b": "dots"}),
    )
    # WHEN / THEN a label is found by its pair, by its key, and counted by its values
    assert versions(clean_search, {"term": {"labelPairs": "app=web"}}) == {"1"}
    assert versions(clean_search, {"term": {"labelPairs": "app.kubernetes.io/name=web"}}) == {"2"}
    assert versions(clean_search, {"prefix": {"labelPairs": "app="}}) == {"1", "2"}
    assert versions(clean_search, {"term": {"labelPairs": "=empty"}}) == {"3"}
    assert versions(clean_search, {"term": {"labelPairs": "a..b=dots"}}) == {"3"}
    counted = clean_search.call(
        "POST",
        "/kubernetes-events/_search",
        {
            "size": 0,
            "aggs": {"names": {"terms": {"field": "labelPairs", "include": "app\\.kubernetes\\.io/name=.*"}}},
        },
    )["aggregations"]["names"]["buckets"]
    assert {bucket["key"]: bucket["doc_count"] for bucket in counted} == {
        "app.kubernetes.io/name=web": 1,
        "app.kubernetes.io/name=db": 1,
    }


def versions(api: OpenSearchApi, query: dict[str, Any]) -> set[str]:
    return {hit["_id"].rpartition(":")[2] for hit in api.documents(query=query)}


def test_two_thousand_label_keys_add_no_field(
    start: Callable[[], Handler], clean_search: OpenSearchApi
) -> None:
    # GIVEN an index with one document
    handler = start()
    deliver(handler, labelled(1, {"app": "web"}))
    before = mapping_of(clean_search)
    # WHEN 2,000 documents come, each with label and annotation keys of its own
    events = [
        labelled(number, {f"team-{number}/role": "x"}, annotations={f"note-{number}": "y"})
        for number in range(2, 2002)
    ]
    involved = events[0].involved_object
    deliver(
        handler,
        *(
            replace(each, involved_object=replace(involved, labels={f"pod-{number}": "z"}))
            for number, each in enumerate(events)
        ),
    )
    # THEN
    assert mapping_of(clean_search) == before
    assert versions(clean_search, {"term": {"labelPairs": "team-1999/role=x"}}) == {"1999"}
    assert versions(clean_search, {"term": {"objectLabelPairs": "pod-7=z"}}) == {"9"}
    clean_search.call("POST", "/kube-events-*/_refresh")
    assert clean_search.call("GET", "/kubernetes-events/_count")["count"] == 2001


def test_200_kb_of_annotations_arrive_whole(
    start: Callable[[], Handler], clean_search: OpenSearchApi
) -> None:
    # GIVEN an object with 200 KB of them, through the exporter's own normalising and encoding
    annotations = {f"example.com/note-{number}": f"{number:03}" + "x" * 3900 for number in range(51)}
    assert sum(map(len, annotations.values())) > 198_000
    # WHEN
    deliver(start(), labelled(1, {}, annotations=annotations))
    # THEN
    [hit] = clean_search.documents()
    assert hit["_source"]["metadata"]["annotations"] == annotations
    assert "truncated" not in hit["_source"]


def test_a_record_of_a_megabyte_is_a_document(
    start: Callable[[], Handler], clean_search: OpenSearchApi
) -> None:
    # GIVEN more than an exporter of ours sends: as much as a Kinesis record holds
    large = replace(
        event(),
        metadata=replace(event().metadata, annotations={"dump": "ü" * 200_000}, labels={"app": "x" * 40_000}),
        message="word " * 100_000,
    )
    record = msgspec.json.encode(large)
    assert 900_000 < len(record) < 1024 * 1024
    # WHEN
    deliver(start(), record, labelled(2, {"app": "web"}))
    # THEN
    [found] = [hit for hit in clean_search.documents() if hit["_id"].endswith(":250")]
    assert found["_source"]["metadata"]["annotations"] == {"dump": "ü" * 200_000}
    assert versions(clean_search, {"match_phrase": {"message": "word word"}}) == {"250"}
    # What is too long to be a keyword is kept and not found by it.
    assert versions(clean_search, {"prefix": {"labelPairs": "app="}}) == {"2"}


def test_a_compressed_bulk_is_taken(
    search_server: OpenSearchServer, clean_search: OpenSearchApi, start: Callable[[], Handler]
) -> None:
    class Admin:
        def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
            return dict(signed_in(search_server.admin)) if search_server.admin else {}

        def refused(self) -> bool:
            return False

    client = OpenSearchClient(clean_search.url, Admin(), compresses=True)
    documents = [build_document(each) for each in recorded_events()]
    findings = BulkWriter(client).write(documents, TimeBudget(LambdaContext()))
    assert {finding.verdict for finding in findings} == {Verdict.WRITTEN}
    assert client._gzip_is_taken
    assert len(clean_search.documents()) == len(documents)
