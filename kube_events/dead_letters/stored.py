"""What Lambda leaves in the bucket, and the records that functions got."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, time, timedelta
from typing import Any

from msgspec import Struct

from eventcore.dead_letter import DeadLetter


class Request(Struct, rename="camel"):
    """Its part about the invocation."""

    function_arn: str = ""
    condition: str = ""
    approximate_invoke_count: int = 0


class Failure(Struct, rename="camel"):
    """What Lambda writes: Developer Guide, "Retain discarded batch records for a Kinesis Data Streams event
    source in Lambda"; the event is in `payload`, as JSON in a string."""

    request_context: Request
    payload: Any = None


def record_of(letter: DeadLetter, key: str, at: datetime) -> tuple[dict[str, Any], ...]:
    """The record as it came; nothing if it came from nowhere that we know."""
    service, region = [*letter.source.split(":"), "", "", "", ""][2:4]
    if service == "kinesis":
        return (
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "redriven",
                    # A number, but the function takes it for a name, and this one is unique among the shards.
                    "sequenceNumber": letter.record,
                    "data": b64encode(letter.data()).decode(),
                    "approximateArrivalTimestamp": _arrived(key, at).timestamp(),
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": letter.record,
                "eventName": "aws:kinesis:record",
                "awsRegion": region,
                "eventSourceARN": letter.source,
            },
        )
    if service == "sqs":
        return (
            {
                "messageId": letter.record,
                "receiptHandle": "",
                "body": letter.data().decode("utf-8", "surrogatepass"),
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": str(int(_arrived(key, at).timestamp() * 1000)),
                },
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": letter.source,
                "awsRegion": region,
            },
        )
    return ()


def _arrived(key: str, at: datetime) -> datetime:
    """A moment of the day in the key: the function puts what it refuses again under that day, so over the
    same object. It was written that day or later."""
    _, _, year, month, day, *_ = key.split("/")
    midnight = datetime.combine(datetime(int(year), int(month), int(day), tzinfo=UTC), time(), UTC)
    return min(at, midnight + timedelta(days=1, seconds=-1))
