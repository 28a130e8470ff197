"""Records become events; what is none of ours is set aside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventcore.wire import encode
from lambdas.common.records import InputError, decode_records
from tests.events import failed, kinesis_batch, message_id, sequence_number, sqs_batch
from tests.fixtures.events import event, heartbeat


@pytest.mark.parametrize("batch_of", [kinesis_batch, sqs_batch])
def test_an_event_arrives_as_it_was_sent(batch_of: Any) -> None:
    batch = decode_records(batch_of(event(), event(reason="Started")))
    assert [received.event for received in batch.events] == [event(), event(reason="Started")]
    assert batch.poison == ()


@pytest.mark.parametrize("batch_of", [kinesis_batch, sqs_batch])
def test_a_heartbeat_between_events_is_neither_an_event_nor_poison(batch_of: Any) -> None:
    batch = decode_records(batch_of(event(), heartbeat(), event(reason="Started")))
    assert [received.event.reason for received in batch.events] == ["BackOff", "Started"]
    assert [beat.heartbeat for beat in batch.heartbeats] == [heartbeat()]
    assert batch.poison == ()
    assert len(batch.records) == 3


def test_a_kinesis_record_is_known_by_its_sequence_number() -> None:
    [received] = decode_records(kinesis_batch(event())).events
    assert received.record.id == sequence_number(0)
    assert received.record.event_id == f"shardId-000000000000:{sequence_number(0)}"
    assert received.record.source == "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events"
    assert received.record.arrived == datetime(2026, 11, 21, 2, 11, 11, 281000, UTC)


def test_an_sqs_record_is_known_by_its_message_id() -> None:
    [received] = decode_records(sqs_batch(event())).events
    assert received.record.id == received.record.event_id == message_id(0)
    assert received.record.arrived == datetime(2026, 11, 21, 2, 11, 11, 281000, UTC)


def wire(**changes: Any) -> bytes:
    """The record of an event with other values at its top level."""
    return msgspec.json.encode(msgspec.json.decode(encode(event())) | changes)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\xff\xfe not text", "not a kube-events record"),
        (b"{", "not a kube-events record"),
        (b"[1, 2]", "not a kube-events record"),
        pytest.param(b'{"x":' + b"[" * 100_000, "not a kube-events record: maximum recursion", id="deep"),
        (b'{"record": "incident"}', "not a kube-events record: Invalid value 'incident'"),
        (b'{"record": "heartbeat"}', "not a kube-events record"),
        (b'{"record": "heartbeat", "schemaVersion": 99}', "schema version 99"),
        (wire(schemaVersion=99), "schema version 99"),
        (wire(metadata={"resourceVersion": "1", "creationTimestamp": "2026-11-21T02:00:00Z"}), "uid"),
        (encode(event(metadata={"resourceVersion": "1"})), "metadata.uid"),
        (encode(event(metadata={"uid": "ad28f7e6"})), "metadata.resourceVersion"),
    ],
)
def test_a_record_that_is_no_event_is_poison(payload: bytes, reason: str) -> None:
    batch = decode_records(kinesis_batch(event(), payload))
    assert len(batch.events) == 1
    [poison] = batch.poison
    assert poison.payload == payload
    assert reason in poison.reason
    assert poison.record.id == sequence_number(1)


def test_data_that_is_not_base64_is_poison() -> None:
    records = kinesis_batch(event())
    records["Records"][0]["kinesis"]["data"] = "%%%"
    [poison] = decode_records(records).poison
    assert (poison.payload, poison.reason) == (b"%%%", "the record's data is not base64")


@pytest.mark.parametrize(
    "body",
    [b"hello", b"{}", b'{"detail-type": "Kubernetes Event"}', b"[]", pytest.param(b"[" * 100_000, id="deep")],
)
def test_a_message_without_eventbridges_envelope_is_poison(body: bytes) -> None:
    [poison] = decode_records(sqs_batch(body)).poison
    assert poison.payload == body
    assert poison.reason.startswith("the message is no EventBridge event with a `detail`")


@given(st.lists(st.binary()))
def test_no_payload_stops_a_batch(payloads: list[bytes]) -> None:
    batch = decode_records(kinesis_batch(*payloads))
    assert len(batch.events) + len(batch.poison) == len(payloads)
    assert [poison.payload for poison in batch.poison] == payloads


@pytest.mark.parametrize("event", [{}, {"detail": {}}, {"Records": [{"eventSource": "aws:s3"}]}, None, []])
def test_a_wrong_trigger_is_an_error_and_not_poison(event: Any) -> None:
    with pytest.raises(InputError, match=r"Kinesis or SQS|aws:kinesis or aws:sqs"):
        decode_records(event)


def test_the_response_names_failed_records_in_their_order() -> None:
    batch = decode_records(kinesis_batch(event(), b"poison", event()))
    response = batch.response({sequence_number(2), sequence_number(1)})
    assert failed(response) == [sequence_number(1), sequence_number(2)]  # type: ignore[arg-type]
    assert batch.response(frozenset()) == {"batchItemFailures": []}
