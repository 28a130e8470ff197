"""Kinesis Data Streams: PutRecords.

botocore copies each record of a call four times on its way into the body, in Python. So the body is made
here, and takes the place of an empty one by botocore's own events; endpoint, signature, connection, answer
and errors stay botocore's.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from exporter.ship.aws import Client
from exporter.ship.batch import Limits
from exporter.ship.record import Record
from exporter.ship.sink import Failure

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_kinesis import KinesisClient


class KinesisSink:
    """Puts records into one stream. The service keeps no order inside a call, and nothing depends on it."""

    # Kinesis API reference, PutRecords: 500 records and 5 MiB. But a shard takes 1 MiB a second, and 500
    # ordinary events are half of that; a call is in memory three times, as its records, as Base64 and as what
    # is written to the connection, and there are several calls at once.
    limits = Limits(records=500, bytes=1024 * 1024)
    senders = 4
    """A call of 500 takes about 15 ms, and as long again until a busy reader lets its thread go on: two keep
    up with 15,000 events/s in a burst, four with 30,000 (bench/README.md)."""

    def __init__(self, stream: str, region: str) -> None:
        """
        Args:
            stream: name or ARN.
            region: where it is.
        """

        def client(session: boto3.Session) -> KinesisClient:
            made = session.client("kinesis", region_name=region)
            made.meta.events.register("before-parameter-build.kinesis.PutRecords", _keep_body)
            made.meta.events.register("before-call.kinesis.PutRecords", _use_body)
            return made

        self._client = Client(client)
        self._by_arn = stream.startswith("arn:")
        self._stream = stream
        self._region = region

    def size_of(self, record: Record) -> int:
        """Partition keys count, in UTF-8."""
        return len(record.data) + len(record.partition_key.encode())

    def send(self, records: Sequence[Record]) -> list[Failure | None]:
        """One PutRecords."""
        stream = {"StreamARN" if self._by_arn else "StreamName": self._stream}
        call: dict[str, Any] = {**stream, "Records": _encode(_body(stream, records))}
        with self._client.calls(f"PutRecords to {self._stream} in {self._region}") as kinesis:
            answer = kinesis.put_records(**call)
        if not answer["FailedRecordCount"]:
            return [None] * len(records)
        # ProvisionedThroughputExceededException and InternalFailure: the service knows no other, and
        # neither lasts.
        return [
            Failure(result["ErrorCode"], result.get("ErrorMessage", "")) if result.get("ErrorCode") else None
            for result in answer["Records"]
        ]

    def describe(self) -> str:
        """DescribeStreamSummary."""
        with self._client.calls(f"DescribeStreamSummary of {self._stream} in {self._region}") as kinesis:
            if self._by_arn:
                answer = kinesis.describe_stream_summary(StreamARN=self._stream)
            else:
                answer = kinesis.describe_stream_summary(StreamName=self._stream)
        summary = answer["StreamDescriptionSummary"]
        return (
            f"Kinesis stream {summary['StreamName']} in {self._region} is {summary['StreamStatus']}, "
            f"{summary['OpenShardCount']} open shards"
        )


class _Entry(Struct, rename="pascal", gc=False):
    data: bytes
    """In JSON, Base64."""
    partition_key: str


_encode = msgspec.json.Encoder().encode


def _body(stream: Mapping[str, str], records: Sequence[Record]) -> dict[str, object]:
    return {**stream, "Records": [_Entry(record.data, record.partition_key) for record in records]}


_BODY = "kube_events_body"
"""Name of a call's body in the context that botocore keeps for the call."""


def _keep_body(params: MutableMapping[str, Any], context: MutableMapping[str, Any], **_: object) -> None:
    """Before botocore builds a body of the parameters: there is one already."""
    context[_BODY] = params["Records"]
    params["Records"] = []


def _use_body(params: MutableMapping[str, Any], context: MutableMapping[str, Any], **_: object) -> None:
    """Before botocore makes a request, with checksum and signature, of what it built."""
    params["body"] = context.pop(_BODY)
