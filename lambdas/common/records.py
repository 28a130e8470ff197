"""Records from Kinesis, or from SQS in EventBridge's envelope, become events and heartbeats; the rest is set
aside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypedDict

import msgspec
from msgspec import Raw, Struct

from eventcore.event import Event
from eventcore.heartbeat import Heartbeat
from eventcore.wire import UNREADABLE, WireError, decode_record

LambdaEvent = Mapping[str, Any]
"""What Lambda hands to a handler."""


class InputError(ValueError):
    """The function was invoked with something that is no batch of Kinesis or SQS records."""


class BatchItemFailure(TypedDict):
    """One record that Lambda shall deliver again."""

    itemIdentifier: str


class BatchResponse(TypedDict):
    """The answer that `ReportBatchItemFailures` expects.

    From Kinesis, Lambda delivers again everything from the lowest sequence number on; from SQS, exactly the
    messages named.
    """

    batchItemFailures: list[BatchItemFailure]


class Record(NamedTuple):
    """Where something came from."""

    id: str
    """What the batch response calls it: a Kinesis sequence number or an SQS message id."""
    source: str
    """ARN of the stream or the queue."""
    event_id: str
    """Unique among all sources: shard and sequence number, or the message id."""
    arrived: datetime
    """When the stream or the queue took it. A redelivery does not change it."""


class Received(NamedTuple):
    """A record that holds an event."""

    record: Record
    event: Event


class Beat(NamedTuple):
    """A record that holds a heartbeat. It asks for nothing, so it cannot fail."""

    record: Record
    heartbeat: Heartbeat


class Poison(NamedTuple):
    """A record that no retry can turn into an event."""

    record: Record
    payload: bytes
    reason: str


class Batch(NamedTuple):
    """The records of one invocation, in their order."""

    records: tuple[Record, ...]
    events: tuple[Received, ...]
    poison: tuple[Poison, ...]
    heartbeats: tuple[Beat, ...] = ()

    def response(self, failed: Collection[str]) -> BatchResponse:
        """The partial batch response that has Lambda deliver the records with these ids again."""
        return {
            "batchItemFailures": [
                {"itemIdentifier": record.id} for record in self.records if record.id in failed
            ]
        }


class NotAnEventError(ValueError):
    """The payload of a record is none of ours; says why."""


class _Envelope(Struct):
    """EventBridge's envelope around an event."""

    detail: Raw


_envelopes = msgspec.json.Decoder(_Envelope)

_Read = Callable[[bytes], Event | Heartbeat]


def decode_records(event: LambdaEvent) -> Batch:
    """Decode every record of a batch; what is nothing of ours is set aside with its payload and the reason.

    Raises:
        InputError: the input holds no records, or records of another source. That is a wrong trigger, not a
            wrong record, so nothing is set aside.
    """
    raw_records = event.get("Records") if isinstance(event, Mapping) else None
    if not isinstance(raw_records, list):
        raise InputError("the input has no list `Records`: invoke this function with Kinesis or SQS batches")
    records: list[Record] = []
    events: list[Received] = []
    poison: list[Poison] = []
    heartbeats: list[Beat] = []
    for raw in raw_records:
        record, payload, read = _open(raw)
        records.append(record)
        try:
            content = read(payload)
            if isinstance(content, Heartbeat):
                heartbeats.append(Beat(record, content))
            else:
                events.append(Received(record, _with_identity(content)))
        except (NotAnEventError, WireError) as error:
            poison.append(Poison(record, payload, str(error)))
    return Batch(tuple(records), tuple(events), tuple(poison), tuple(heartbeats))


def _open(raw: Mapping[str, Any]) -> tuple[Record, bytes, _Read]:
    match raw.get("eventSource"):
        case "aws:kinesis":
            return _open_kinesis(raw)
        case "aws:sqs":
            return _open_sqs(raw)
        case other:
            raise InputError(f"a record has eventSource {other!r}: it must be aws:kinesis or aws:sqs")


def _open_kinesis(raw: Mapping[str, Any]) -> tuple[Record, bytes, _Read]:
    kinesis = raw["kinesis"]
    number = kinesis["sequenceNumber"]
    record = Record(
        number,
        raw.get("eventSourceARN", ""),
        raw.get("eventID", number),
        datetime.fromtimestamp(float(kinesis.get("approximateArrivalTimestamp", 0)), UTC),
    )
    try:
        # As strict as base64.b64decode with validate=True, in a third of its time.
        return record, msgspec.convert(kinesis["data"], bytes), decode_record
    except msgspec.ValidationError:
        return record, str(kinesis["data"]).encode(), _refuse_base64


def _open_sqs(raw: Mapping[str, Any]) -> tuple[Record, bytes, _Read]:
    sent = float(raw.get("attributes", {}).get("SentTimestamp", 0)) / 1000
    record = Record(
        id=raw["messageId"],
        source=raw.get("eventSourceARN", ""),
        event_id=raw["messageId"],
        arrived=datetime.fromtimestamp(sent, UTC),
    )
    return record, raw["body"].encode("utf-8", "surrogatepass"), _decode_envelope


def _refuse_base64(_payload: bytes) -> Event:
    raise NotAnEventError("the record's data is not base64")


def _decode_envelope(body: bytes) -> Event | Heartbeat:
    try:
        detail = _envelopes.decode(body).detail
    except UNREADABLE as error:
        raise NotAnEventError(f"the message is no EventBridge event with a `detail`: {error}") from None
    return decode_record(bytes(detail))


def _with_identity(event: Event) -> Event:
    if not (event.cluster.name and event.metadata.uid and event.metadata.resource_version):
        raise NotAnEventError(
            "an observation is named by cluster.name, metadata.uid and metadata.resourceVersion"
        )
    return event
