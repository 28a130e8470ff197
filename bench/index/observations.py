"""Any number of observations: the recorded ones again and again, of other objects at other times."""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from eventcore.event import Event
from eventcore.normalise import normalise
from eventcore.wire import encode
from scripts.packaging.sources import ROOT

RECEIVED_AT = datetime(2026, 11, 21, 3, tzinfo=UTC)
_SPACE = UUID("00000000-0000-0000-0000-000000000000")


def observations(count: int, *, first: int = 0) -> list[Event]:
    """So many observations, none twice for different `first`."""
    recorded = _recorded()
    return list(islice(_again(recorded, first // len(recorded)), count))


def batch(events: list[Event]) -> dict[str, Any]:
    """What Lambda hands to the function: a batch of Kinesis."""
    return {"Records": [_record(number, encode(event)) for number, event in enumerate(events)]}


def _recorded() -> list[Event]:
    with gzip.open(ROOT / "tests" / "recording" / "watch-core.jsonl.gz") as recording:
        changes = [msgspec.json.decode(line) for line in recording]
    return [
        normalise(change["object"], cluster="bench", received_at=RECEIVED_AT)
        for change in changes
        if change["type"] in {"ADDED", "MODIFIED"}
    ]


def _again(recorded: list[Event], turn: int) -> Iterator[Event]:
    while True:
        for number, event in enumerate(recorded):
            yield _of_another_object(event, turn, number)
        turn += 1


def _of_another_object(event: Event, turn: int, number: int) -> Event:
    """The same, of a Pod with another name and uid, at another minute of the day."""
    involved, shift = event.involved_object, timedelta(minutes=turn % 1200)
    suffix = uuid5(_SPACE, f"{involved.uid}/{turn}").hex[:5]
    name = f"{involved.name}-{suffix}"
    return replace(
        event,
        metadata=replace(
            event.metadata,
            uid=str(uuid5(_SPACE, f"{event.metadata.uid}/{turn}")),
            resource_version=str(1_000_000 + turn * 1_000 + number),
            name=f"{name}.{event.metadata.name.rpartition('.')[2]}",
            creation_timestamp=event.metadata.creation_timestamp + shift,
        ),
        involved_object=replace(involved, name=name, uid=str(uuid5(_SPACE, f"{involved.uid}/{turn}"))),
        message=event.message.replace(involved.name, name) if involved.name else event.message,
        first_seen=event.first_seen + shift,
        last_seen=event.last_seen + shift,
        received_at=event.received_at + shift,
        written_at=None if event.written_at is None else event.written_at + shift,
    )


def _record(number: int, data: bytes) -> dict[str, Any]:
    sequence = str(49658293847562938475629384756293847562938475629384756290 + number)
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "bench/41ebaa08-3e95-4447-aa65-9f4b1c19e71b",
            "sequenceNumber": sequence,
            "data": b64encode(data).decode(),
            "approximateArrivalTimestamp": 1795226400.0 + number / 1000,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000000:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/kube-events-index",
        "awsRegion": "eu-central-1",
        "eventSourceARN": "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events",
    }
