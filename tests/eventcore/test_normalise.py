"""Normalising: every fallback, every limit, and never an exception."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from eventcore.event import Cluster
from eventcore.identity import observation_id
from eventcore.limits import MAX_ANNOTATION_BYTES, MAX_MESSAGE_BYTES, MAX_TEXT_BYTES
from eventcore.normalise import normalise
from eventcore.wire import MAX_RECORD_BYTES, decode, encode
from tests.eventcore.strategies import ANYTHING
from tests.fixtures.events import RECEIVED_AT, event, raw_event

CREATED = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@given(ANYTHING)
@settings(deadline=None)
def test_any_json_value_becomes_an_event_that_travels_unchanged(raw: Any) -> None:
    normalised = normalise(raw, cluster="prod-eu", received_at=RECEIVED_AT)
    record = encode(normalised)
    assert len(record) <= MAX_RECORD_BYTES
    # What is within the record's limit arrives as it was; what was cut says so.
    assert decode(record) == normalised or decode(record).truncated


def test_an_ordinary_event_keeps_the_names_and_values_of_kubernetes() -> None:
    normalised = event()
    assert normalised.involved_object.field_path == "spec.containers{app}"
    assert normalised.source.component == "kubelet"
    assert normalised.first_seen == CREATED
    assert normalised.last_seen == datetime(2026, 11, 21, 2, 10, tzinfo=UTC)
    assert (normalised.count, normalised.severity, normalised.truncated) == (7, "high", ())


@pytest.mark.parametrize(
    ("changes", "first", "last"),
    [
        ({}, "02:00:00", "02:10:00"),
        ({"firstTimestamp": None, "eventTime": "2026-11-21T02:05:00Z"}, "02:05:00", "02:10:00"),
        ({"lastTimestamp": None, "eventTime": "2026-11-21T02:05:00Z"}, "02:00:00", "02:05:00"),
        ({"series": {"count": 2, "lastObservedTime": "2026-11-21T02:07:00Z"}}, "02:00:00", "02:07:00"),
        ({"firstTimestamp": None, "lastTimestamp": None}, "02:00:00", "02:00:00"),
        ({"firstTimestamp": "0001-01-01T00:00:00Z", "lastTimestamp": "never"}, "02:00:00", "02:00:00"),
    ],
)
def test_times_fall_back_as_kubernetes_writers_leave_them_out(
    changes: dict[str, Any], first: str, last: str
) -> None:
    normalised = event(**changes)
    assert f"{normalised.first_seen:%H:%M:%S}" == first
    assert f"{normalised.last_seen:%H:%M:%S}" == last


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 7),
        ({"series": {"count": 12}}, 12),
        ({"count": None}, 1),
        ({"count": 0}, 1),
        ({"count": -3}, 1),
        ({"count": "7"}, 1),
        ({"count": True}, 1),
        ({"count": 7.0}, 7),
        ({"count": 2**80}, 1),
    ],
)
def test_count_is_that_of_the_series_else_the_count_else_one(changes: dict[str, Any], count: int) -> None:
    assert event(**changes).count == count


def test_who_reported_comes_from_source_else_from_reporting_component_and_instance() -> None:
    scheduler = event(source={}, reportingComponent="default-scheduler", reportingInstance="scheduler-0")
    assert scheduler.source.component == "default-scheduler"
    assert scheduler.source.host == "scheduler-0"
    # A controller's instance is not a node.
    assert scheduler.node == ""


def test_the_node_is_the_involved_node_else_the_reporters_host() -> None:
    assert event().node == "node-1.example.internal"
    assert event(involvedObject={"kind": "Node", "name": "node-7"}).node == "node-7"


def test_the_node_of_a_pods_events_is_the_pods_where_it_is_known() -> None:
    nodes = {"41ebaa08-3e95-4447-aa65-9f4b1c19e71b": "node-2"}

    def node(**changes: Any) -> str:
        raw = raw_event(**changes)
        node_of = lambda uid: nodes.get(uid, "")  # noqa: E731
        return normalise(raw, cluster="prod-eu", received_at=RECEIVED_AT, node_of=node_of).node

    assert node() == "node-2"
    # The scheduler's events come from no node.
    assert node(source={}) == "node-2"
    assert node(involvedObject={"kind": "Pod", "uid": "unknown"}) == "node-1.example.internal"
    # Another kind of object is nowhere.
    pod = raw_event()["involvedObject"]
    assert node(involvedObject=pod | {"kind": "Job"}, source={}) == ""


def test_the_last_write_is_the_newest_of_managed_fields() -> None:
    metadata = raw_event()["metadata"] | {
        "managedFields": [
            {"time": "2026-11-21T02:03:00Z"},
            {"time": "2026-11-21T02:09:00Z"},
            {"time": None},
            "odd",
        ]
    }
    assert event(metadata=metadata).written_at == datetime(2026, 11, 21, 2, 9, tzinfo=UTC)
    assert event(metadata=metadata | {"managedFields": None}).written_at is None


def test_where_the_cluster_lies_is_said_where_it_is_known_and_else_absent() -> None:
    # GIVEN a cluster of which everything is known
    cluster = Cluster(name="prod-eu", region="eu-west-1", account="123456789012")
    # WHEN
    known = normalise(raw_event(), cluster=cluster, received_at=RECEIVED_AT)
    # THEN
    assert known.cluster == cluster
    assert b'"cluster":{"name":"prod-eu","region":"eu-west-1","account":"123456789012"}' in encode(known)
    # AND of one that is known by its name alone, nothing else travels
    assert b'"cluster":{"name":"prod-eu"}' in encode(event())
    # AND they are one cluster: where it lies is no part of an observation's identity
    assert observation_id(known) == observation_id(event())


def test_what_is_said_of_the_cluster_has_the_limit_of_every_text() -> None:
    cluster = Cluster(name="n" * 5000, region="r" * 5000, account="a" * 5000)
    normalised = normalise(raw_event(), cluster=cluster, received_at=RECEIVED_AT)
    assert {len(text) for text in msgspec.structs.astuple(normalised.cluster)} == {MAX_TEXT_BYTES}
    assert normalised.truncated == ("cluster.account", "cluster.name", "cluster.region")


def test_an_event_without_identity_is_still_an_event() -> None:
    normalised = normalise({"reason": "Odd"}, cluster="prod-eu", received_at=RECEIVED_AT)
    assert normalised.metadata.uid == ""
    assert normalised.metadata.resource_version == ""
    assert normalised.metadata.creation_timestamp == RECEIVED_AT


def test_type_and_reason_may_be_absent_or_of_a_kind_of_their_own() -> None:
    assert event(type=None, reason=None).severity == "low"
    assert event(type="Error", reason="Odd").severity == "medium"


def test_bulky_metadata_is_left_out() -> None:
    metadata = raw_event()["metadata"] | {
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "team": "shop"}
    }
    record = encode(event(metadata=metadata))
    assert b"managedFields" not in record
    assert b"last-applied" not in record
    assert b'"annotations":{"team":"shop"}' in record


def test_what_is_over_its_limit_is_cut_between_characters_and_named() -> None:
    metadata = raw_event()["metadata"] | {"annotations": {"a.b/c": "é" * MAX_ANNOTATION_BYTES, "ok": "x"}}
    normalised = event(metadata=metadata, message="é" * MAX_MESSAGE_BYTES, reason="R" * 5000)
    assert len(normalised.message.encode()) == MAX_MESSAGE_BYTES
    assert len(normalised.metadata.annotations["a.b/c"].encode()) == MAX_ANNOTATION_BYTES
    assert len(normalised.reason) == MAX_TEXT_BYTES
    assert normalised.truncated == ("message", "metadata.annotations.a.b/c", "reason")


def test_control_characters_survive_and_half_surrogates_become_replacement_characters() -> None:
    text = "line 1\n\tline\x01 2\u2028\U0001f600"
    assert decode(encode(event(message=text))).message == text
    assert event(message="a\ud800b").message == "a\ufffdb"


def test_times_without_an_offset_are_taken_as_utc_and_others_are_converted() -> None:
    assert event(firstTimestamp="2026-11-21T02:00:00").first_seen == CREATED
    assert event(firstTimestamp="2026-11-21T04:00:00+02:00").first_seen == CREATED
    received = normalise({}, cluster="c", received_at=datetime(2026, 11, 21)).received_at  # noqa: DTZ001
    assert received == datetime(2026, 11, 21, tzinfo=UTC)
