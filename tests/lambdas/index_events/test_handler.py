"""index_events as Lambda runs it, over a real OpenSearch."""

from __future__ import annotations

import gc
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from eventcore.event import Event
from eventcore.wire import encode
from lambdas.common.settings import SettingsError
from tests.events import failed, kinesis_batch, message_id, sequence_number, sqs_batch
from tests.fixtures.aws import LambdaContext
from tests.fixtures.events import event, heartbeat, raw_event
from tests.fixtures.opensearch import OpenSearchApi
from tests.fixtures.standby_zones import standby_zones
from tests.lambdas.index_events.conftest import Deployed
from tests.lambdas.metrics import emitted
from tests.lambdas.rules import compiled

pytestmark = pytest.mark.opensearch


def observation(number: int, **changes: Any) -> Any:
    """An event with a resourceVersion of its own."""
    return event(metadata=raw_event()["metadata"] | {"resourceVersion": str(number)}, **changes)


def seen_at(time: str, number: int = 1) -> Event:
    """An event that was made, seen and written at this time."""
    metadata = {"resourceVersion": str(number), "creationTimestamp": time, "managedFields": [{"time": time}]}
    return event(metadata=raw_event()["metadata"] | metadata, firstTimestamp=time, lastTimestamp=time)


def refused_record(number: int = 99) -> bytes:
    """A record that is well-formed on the wire, and has a count that no field of type long holds."""
    return msgspec.json.encode(msgspec.json.decode(encode(observation(number))) | {"count": 2**63})


@pytest.mark.parametrize("batch_of", [kinesis_batch, sqs_batch])
def test_every_observation_becomes_one_document(
    index: OpenSearchApi, deployed: Deployed, batch_of: Any
) -> None:
    handler = deployed.start(index.url)
    assert failed(handler(batch_of(observation(1), observation(2, count=8)), LambdaContext())) == []
    documents = index.documents()
    assert {hit["_id"].rpartition(":")[2]: hit["_source"]["count"] for hit in documents} == {"1": 7, "2": 8}
    assert {hit["_index"] for hit in documents} == {"kube-events-2026.11.21"}


def test_a_heartbeat_is_no_document_and_no_dead_letter(
    index: OpenSearchApi, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = deployed.start(index.url)
    capsys.readouterr()
    assert failed(handler(kinesis_batch(heartbeat(), observation(1)), LambdaContext())) == []
    assert len(index.documents()) == 1
    assert deployed.dead_letters() == []
    metrics = emitted(capsys)
    assert (metrics["DocumentsWritten"], metrics["EventsDropped"]) == (1, 0)
    assert "ExporterHeartbeat" not in metrics


def test_a_replay_changes_no_document(
    index: OpenSearchApi, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    handler = deployed.start(index.url)
    batch = kinesis_batch(*(observation(number) for number in range(20)))
    handler(batch, LambdaContext())
    before = index.documents()
    emitted(capsys)
    # WHEN the same batch comes again, to another execution environment
    assert failed(deployed.start(index.url)(batch, LambdaContext())) == []
    # THEN
    assert index.documents() == before
    assert {(hit["_version"]) for hit in before} == {1}
    metrics = emitted(capsys)
    assert (metrics["DocumentsAlreadyThere"], metrics["DocumentsWritten"]) == (20, 0)


def test_an_observation_is_filed_by_the_day_it_was_last_seen(
    index: OpenSearchApi, deployed: Deployed
) -> None:
    handler = deployed.start(index.url, INDEX_PERIOD="month")
    handler(kinesis_batch(observation(1)), LambdaContext())
    [hit] = index.documents()
    assert hit["_index"] == "kube-events-2026.11"


def test_the_rules_drop_and_classify(index: OpenSearchApi, deployed: Deployed) -> None:
    rules = compiled(
        drop=[{"reason": ["LeaderElection"]}],
        severity=[{"match": {"reason": ["BackOff"]}, "severity": "critical"}],
    )
    handler = deployed.start(index.url, rules=rules)
    handler(kinesis_batch(observation(1), observation(2, reason="LeaderElection")), LambdaContext())
    [hit] = index.documents()
    assert hit["_source"]["severity"] == "critical"


def test_a_mixed_batch_loses_nothing_and_asks_for_nothing_again(
    index: OpenSearchApi, deployed: Deployed
) -> None:
    # GIVEN good, poisonous, refused and dropped records in one batch
    handler = deployed.start(index.url)
    batch = kinesis_batch(
        observation(1), b"poison", refused_record(), observation(2, reason="LeaderElection"), observation(3)
    )
    # WHEN
    response = handler(batch, LambdaContext())
    # THEN
    assert failed(response) == []
    assert {hit["_id"].rpartition(":")[2] for hit in index.documents()} == {"1", "3"}
    poison, refused = sorted(deployed.dead_letters(), key=lambda letter: len(letter["payload"]))
    assert poison["payload"] == "poison"
    assert refused["reason"] == (
        "no document can hold it: count is 9223372036854775808: it must be from -2^63 to 2^63-1"
    )
    assert msgspec.json.decode(refused["payload"])["count"] == 2**63


def test_what_the_server_refuses_is_set_aside_with_its_reason(
    index: OpenSearchApi, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN an index that somebody made with a mapping of his own
    mapping = {"mappings": {"properties": {"reason": {"type": "long"}}}}
    index.call("PUT", "/kube-events-2026.11.22", mapping)
    handler = deployed.start(index.url)
    capsys.readouterr()
    # WHEN
    response = handler(
        kinesis_batch(observation(1), seen_at("2026-11-22T01:00:00Z", 2), observation(3)), LambdaContext()
    )
    # THEN
    assert failed(response) == []
    assert len(index.documents()) == 2
    [letter] = deployed.dead_letters()
    assert letter["reason"].startswith("OpenSearch refused prod-eu:ad28f7e6-daf7-4896-9ecd-e0c310fb7e6f:2 in")
    assert "mapper_parsing_exception" in letter["reason"]
    assert msgspec.json.decode(letter["payload"])["reason"] == "BackOff"
    assert emitted(capsys)["DocumentsRefused"] == 1


def test_setting_aside_again_overwrites(index: OpenSearchApi, deployed: Deployed) -> None:
    handler = deployed.start(index.url)
    for _ in range(2):
        handler(kinesis_batch(refused_record(), b"poison"), LambdaContext())
    assert len(deployed.dead_letters()) == 2


def test_what_can_neither_be_written_nor_set_aside_comes_again(
    index: OpenSearchApi, deployed: Deployed
) -> None:
    handler = deployed.start(index.url, DEAD_LETTERS_BUCKET="not-there")
    response = handler(kinesis_batch(observation(1), refused_record(), observation(2)), LambdaContext())
    assert failed(response) == [sequence_number(1)]
    assert len(index.documents()) == 2


def test_where_time_ends_the_first_records_are_set_aside_so_that_the_next_try_begins_behind_them(
    index: OpenSearchApi, deployed: Deployed
) -> None:
    # GIVEN time for one dead letter
    class OneLetter(LambdaContext):
        def get_remaining_time_in_millis(self) -> int:
            return 1_000 if deployed.dead_letters() else 60_000

    # WHEN
    response = deployed.start(index.url)(kinesis_batch(refused_record(), b"poison"), OneLetter())
    # THEN
    assert failed(response) == [sequence_number(1)]
    [letter] = deployed.dead_letters()
    assert letter["reason"].startswith("no document can hold it")


def test_an_outage_leaves_nothing_of_its_batches_in_memory(deployed: Deployed) -> None:
    # GIVEN
    with socket.create_server(("127.0.0.1", 0)) as server:
        handler = deployed.start(f"http://127.0.0.1:{server.getsockname()[1]}")
    batch = kinesis_batch(observation(1), observation(2))
    already = sum(isinstance(each, Event) for each in gc.get_objects())
    # WHEN nobody listens there any more
    for _ in range(3):
        assert failed(handler(batch, LambdaContext())) == [sequence_number(0), sequence_number(1)]
    # THEN no exception keeps what it went through
    assert sum(isinstance(each, Event) for each in gc.get_objects()) == already


@pytest.mark.parametrize(
    "block",
    [
        "index.blocks.write",
        "index.blocks.read_only",
        # What the server sets by itself when a disk is past its flood stage
        "index.blocks.read_only_allow_delete",
    ],
)
def test_a_blocked_index_delays_and_a_later_batch_catches_up(
    index: OpenSearchApi, deployed: Deployed, capsys: pytest.CaptureFixture[str], block: str
) -> None:
    # GIVEN
    handler = deployed.start(index.url)
    handler(kinesis_batch(observation(1)), LambdaContext())
    index.call("PUT", "/kube-events-2026.11.21/_settings", {block: True})
    batch = kinesis_batch(observation(1), observation(2))
    capsys.readouterr()
    # WHEN / THEN
    assert failed(handler(batch, LambdaContext(seconds=9))) == [sequence_number(0), sequence_number(1)]
    assert deployed.dead_letters() == []
    metrics = emitted(capsys)
    assert (metrics["DocumentsBlocked"], metrics["DocumentsForbidden"], metrics["DocumentsDelayed"]) == (
        2,
        0,
        0,
    )
    # WHEN it is opened again THEN the redelivered batch completes
    index.call("PUT", "/kube-events-2026.11.21/_settings", {block: None})
    assert failed(handler(batch, LambdaContext())) == []
    assert len(index.documents()) == 2


def test_a_time_without_an_offset_is_set_aside_and_stops_nothing(
    index: OpenSearchApi, deployed: Deployed
) -> None:
    # GIVEN a record that no exporter of ours writes
    odd = msgspec.json.decode(encode(observation(2))) | {"lastSeen": "2026-11-21T02:00:00"}
    handler = deployed.start(index.url)
    # WHEN
    batch = kinesis_batch(observation(1), msgspec.json.encode(odd), observation(3))
    # THEN
    assert failed(handler(batch, LambdaContext())) == []
    assert len(index.documents()) == 2
    [letter] = deployed.dead_letters()
    assert letter["reason"].startswith("no document can hold it: lastSeen is 2026-11-21T02:00:00: a time")


def days_ago(days: float) -> str:
    return f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def test_what_is_older_than_the_retention_is_counted_and_not_written(
    index: OpenSearchApi, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = deployed.start(index.url, RETENTION_DAYS="30", WARM_AFTER_DAYS="7")
    capsys.readouterr()
    batch = kinesis_batch(seen_at(days_ago(32.1), 1), seen_at(days_ago(10), 2), seen_at(days_ago(6), 3))
    # WHEN
    assert failed(handler(batch, LambdaContext())) == []
    # THEN
    assert [hit["_id"].rpartition(":")[2] for hit in index.documents()] == ["3"]
    [letter] = deployed.dead_letters()
    assert "which is read-only: it went to UltraWarm after 7 days (WARM_AFTER_DAYS)" in letter["reason"]
    assert msgspec.json.decode(letter["payload"])["metadata"]["resourceVersion"] == "2"
    metrics = emitted(capsys)
    found = {name: metrics[name] for name in ("DocumentsTooOld", "DocumentsRefused", "DocumentsWritten")}
    assert found == {"DocumentsTooOld": 1, "DocumentsRefused": 1, "DocumentsWritten": 1}


def test_without_limits_any_age_is_written(index: OpenSearchApi, deployed: Deployed) -> None:
    handler = deployed.start(index.url)
    handler(kinesis_batch(seen_at("2016-02-29T00:00:00Z")), LambdaContext())
    assert [hit["_index"] for hit in index.documents()] == ["kube-events-2016.02.29"]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("INDEX_NAME", "events", "INDEX_NAME is 'events': it must be kube-events or kube-events-<"),
        ("INDEX_NAME", "kube-events-Prod", "INDEX_NAME is 'kube-events-Prod': it must be"),
        ("INDEX_NAME", "kube-events-{node}", "either with -{cluster} behind it or not"),
        ("RETENTION_DAYS", "-1", "RETENTION_DAYS is '-1': it must be a number of days from 1 to 3650, or 0"),
        ("WARM_AFTER_DAYS", "30", "WARM_AFTER_DAYS is 30: it must be less than RETENTION_DAYS, which is 30"),
    ],
)
def test_a_wrong_setting_says_what_is_allowed(
    deployed: Deployed, variable: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        deployed.start("http://127.0.0.1:1", **{"RETENTION_DAYS": "30", variable: value})
    assert said in str(raised.value)


def test_each_cluster_can_have_indices_of_its_own(index: OpenSearchApi, deployed: Deployed) -> None:
    handler = deployed.start(index.url, INDEX_NAME="kube-events-{cluster}")
    handler(kinesis_batch(observation(1), observation(2, cluster="Prod.US")), LambdaContext())
    assert {hit["_index"] for hit in index.documents()} == {
        "kube-events-prod-eu-2026.11.21",
        "kube-events-prod-us-2026.11.21",
    }
    # The one template and the one alias hold for both.
    found = index.call("POST", "/kubernetes-events/_count", {"query": {"term": {"cluster.name": "Prod.US"}}})
    assert found["count"] == 1


def test_a_cluster_without_room_for_an_index_delays(
    index: OpenSearchApi, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN as many shards as the cluster may have
    setting = "cluster.max_shards_per_node"
    handler = deployed.start(index.url)
    handler(kinesis_batch(observation(1)), LambdaContext())
    capsys.readouterr()
    index.call("PUT", "/_cluster/settings", {"persistent": {setting: 1}})
    try:
        # WHEN the first event of a new month arrives
        response = handler(kinesis_batch(seen_at("2026-12-01T00:00:00Z")), LambdaContext(seconds=9))
    finally:
        index.call("PUT", "/_cluster/settings", {"persistent": {setting: None}})
    # THEN it waits for room, and is not taken for a bad document
    assert failed(response) == [sequence_number(0)]
    assert emitted(capsys)["DocumentsBlocked"] == 1
    assert deployed.dead_letters() == []


def test_a_domain_with_standby_zones_that_the_template_does_not_fit_delays_loudly(
    index: OpenSearchApi, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    handler = deployed.start(index.url)
    capsys.readouterr()
    with standby_zones(index):
        # WHEN
        response = handler(kinesis_batch(observation(1), observation(2)), LambdaContext())
    # THEN it is not the documents' fault
    assert failed(response) == [sequence_number(0), sequence_number(1)]
    assert emitted(capsys)["DocumentsForbidden"] == 2
    assert deployed.dead_letters() == []


def test_a_closed_index_delays_its_documents_loudly_until_somebody_opens_it(
    index: OpenSearchApi, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN
    handler = deployed.start(index.url)
    handler(kinesis_batch(observation(1)), LambdaContext())
    index.call("POST", "/kube-events-2026.11.21/_close")
    emitted(capsys)
    # WHEN
    batch = kinesis_batch(observation(2))
    response = handler(batch, LambdaContext())
    # THEN the record is to come again: the document is as good as any
    assert failed(response) == [sequence_number(0)]
    assert emitted(capsys)["DocumentsForbidden"] == 1
    assert deployed.dead_letters() == []
    # WHEN
    index.call("POST", "/kube-events-2026.11.21/_open?wait_for_active_shards=1")
    # THEN
    assert failed(handler(batch, LambdaContext())) == []
    assert len(index.documents()) == 2


def test_an_unreachable_opensearch_fails_every_document_and_still_sets_poison_aside(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = deployed.start("http://127.0.0.1:1")
    response = handler(kinesis_batch(observation(1), b"poison", observation(2)), LambdaContext())
    assert failed(response) == [sequence_number(0), sequence_number(2)]
    assert len(deployed.dead_letters()) == 1
    assert emitted(capsys)["DocumentsDelayed"] == 2


def test_a_refused_sign_in_is_counted_as_forbidden(
    deployed: Deployed, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    # The count that an alarm hangs on: no retry helps until somebody changes a role.
    httpserver.expect_request("/_bulk").respond_with_json({"Message": "not authorized"}, status=403)
    handler = deployed.start(httpserver.url_for("/"))
    assert failed(handler(kinesis_batch(observation(1)), LambdaContext())) == [sequence_number(0)]
    assert emitted(capsys)["DocumentsForbidden"] == 1


def test_text_that_no_mapping_expects_is_kept_as_it_is(index: OpenSearchApi, deployed: Deployed) -> None:
    # GIVEN labels and annotations whose keys would break a mapping, and long values
    metadata = raw_event()["metadata"] | {
        "labels": {"": "empty", "a..b": "dots", "app.kubernetes.io/name": "web"},
        "annotations": {"note": "x" * 4000},
    }
    handler = deployed.start(index.url)
    # WHEN
    odd = event(metadata=metadata, message="nul \x00 \u2028 \uffff " + "long " * 6000, reason="r" * 900)
    assert failed(handler(kinesis_batch(odd), LambdaContext())) == []
    # THEN
    [hit] = index.documents()
    assert hit["_source"]["metadata"]["labels"] == metadata["labels"]
    assert hit["_source"]["message"] == odd.message
    assert deployed.dead_letters() == []
    found = index.documents(query={"term": {"labelPairs": "app.kubernetes.io/name=web"}})
    assert len(found) == 1


def test_a_mixed_batch_asks_exactly_for_what_was_throttled(
    deployed: Deployed, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN a server that has two documents already, refuses one, and goes on throttling another
    results = {
        "1": {"status": 201},
        "2": {"status": 409, "error": {"type": "version_conflict_engine_exception", "reason": "exists"}},
        "3": {"status": 400, "error": {"type": "mapper_parsing_exception", "reason": "failed to parse"}},
        "4": {"status": 429, "error": {"type": "rejected_execution_exception", "reason": "queue full"}},
        "5": {"status": 409, "error": {"type": "version_conflict_engine_exception", "reason": "exists"}},
    }

    def bulk(request: Request) -> Response:
        actions = [msgspec.json.decode(line) for line in request.get_data().splitlines()[::2]]
        ids = [action["create"]["_id"].rpartition(":")[2] for action in actions]
        return Response(msgspec.json.encode({"items": [{"create": results[each]} for each in ids]}))

    httpserver.expect_request("/_bulk").respond_with_handler(bulk)
    handler = deployed.start(httpserver.url_for("/"))
    batch = sqs_batch(*(observation(number) for number in (1, 2)), b"poison", *map(observation, (3, 4, 5)))
    # WHEN
    response = handler(batch, LambdaContext(seconds=9))
    # THEN
    assert failed(response) == [message_id(4)]
    assert sorted("poison" in letter["payload"] for letter in deployed.dead_letters()) == [False, True]
    metrics = emitted(capsys)
    assert {name: metrics[name] for name in metrics if name.startswith("Documents")} == {
        "DocumentsWritten": 1,
        "DocumentsAlreadyThere": 2,
        "DocumentsRefused": 1,
        "DocumentsDelayed": 1,
        "DocumentsBlocked": 0,
        "DocumentsForbidden": 0,
        "DocumentsTooOld": 0,
    }


def test_a_server_that_does_not_answer_is_given_up_before_the_deadline(deployed: Deployed) -> None:
    # GIVEN a server that accepts and says nothing
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        handler = deployed.start(f"http://127.0.0.1:{silent.getsockname()[1]}")
        context = LambdaContext(seconds=9)
        # WHEN
        response = handler(kinesis_batch(observation(1), b"poison"), context)
    # THEN there was time left to set poison aside and to say what failed
    assert failed(response) == [sequence_number(0)]
    assert len(deployed.dead_letters()) == 1
    assert context.get_remaining_time_in_millis() > 1000
