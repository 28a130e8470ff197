"""Records of a stream and messages of a queue, in the shapes in which Lambda hands them to a function."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.lambda_service.mapping import EventSourceMapping

if TYPE_CHECKING:
    from mypy_boto3_kinesis.type_defs import RecordTypeDef
    from mypy_boto3_sqs.type_defs import MessageTypeDef


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One element of an event's `Records`."""

    id: str
    """What a partial response names: the sequence number or the message's id."""
    arrived: datetime
    content: Mapping[str, Any]
    """As Lambda hands it over."""
    view: Mapping[str, Any]
    """As filter criteria see it: the data parsed when it is a JSON object."""
    size: int
    """Bytes of the content as JSON."""

    @property
    def trace(self) -> str:
        """The trace header that a queue kept with a message; empty where there is none."""
        return str(self.content.get("attributes", {}).get("AWSTraceHeader", ""))


def stream_record(
    record: RecordTypeDef, shard_id: str, mapping: EventSourceMapping, role_arn: str
) -> SourceRecord:
    """A record that GetRecords returned."""
    sequence_number, arrived = record["SequenceNumber"], record["ApproximateArrivalTimestamp"]
    kinesis = {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": record["PartitionKey"],
        "sequenceNumber": sequence_number,
        "data": base64.b64encode(record["Data"]).decode(),
        "approximateArrivalTimestamp": round(arrived.timestamp(), 3),
    }
    content = {
        "kinesis": kinesis,
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard_id}:{sequence_number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": role_arn,
        "awsRegion": mapping.region,
        "eventSourceARN": mapping.source_arn,
    }
    view = {**kinesis, **content, "data": _parsed(record["Data"])}
    return SourceRecord(sequence_number, arrived, content, view, len(json.dumps(content)))


def queue_record(message: MessageTypeDef, mapping: EventSourceMapping) -> SourceRecord:
    """A message that ReceiveMessage returned."""
    attributes = dict(message.get("Attributes", {}))
    content: dict[str, Any] = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": attributes,
        "messageAttributes": {
            name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping.source_arn,
        "awsRegion": mapping.region,
    }
    if "MD5OfMessageAttributes" in message:
        content["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    arrived = datetime.fromtimestamp(int(attributes.get("SentTimestamp", 0)) / 1000).astimezone()
    view = {**content, "body": _parsed(message["Body"])}
    return SourceRecord(message["MessageId"], arrived, content, view, len(json.dumps(content)))


def event_payload(records: Sequence[SourceRecord]) -> bytes:
    """The event that a function gets."""
    return json.dumps({"Records": [record.content for record in records]}).encode()


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shaped: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        shaped["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        shaped["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return shaped


def _parsed(data: bytes | str) -> object:
    """A JSON object as such, everything else as text, which a pattern for an object does not match."""
    try:
        parsed = json.loads(data)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        return parsed
    return data if isinstance(data, str) else data.decode(errors="replace")
