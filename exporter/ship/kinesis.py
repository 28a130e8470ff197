"""Kinesis Data Streams: PutRecords."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import boto3

from exporter.ship.aws import CALLS, aws_errors
from exporter.ship.batch import Limits
from exporter.ship.record import Record
from exporter.ship.sink import Failure

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef


class KinesisSink:
    """Puts records into one stream. The service keeps no order inside a call, and nothing depends on it."""

    # Kinesis API reference, PutRecords. The service has come to take 10 MiB, but only streams that were
    # set up for it; a record's own limit of 1 MiB is far above eventcore.wire.MAX_RECORD_BYTES.
    limits = Limits(records=500, bytes=5 * 1024 * 1024)
    senders = 2
    """One call of 500 takes about 15 ms, which outruns any API server; a second one bridges a slow answer."""

    def __init__(self, stream: str, region: str) -> None:
        """
        Args:
            stream: name or ARN.
            region: where it is.
        """
        self._client: KinesisClient = boto3.client("kinesis", region_name=region, config=CALLS)
        self._by_arn = stream.startswith("arn:")
        self._stream = stream
        self._region = region

    def size_of(self, record: Record) -> int:
        """Partition keys count, in UTF-8."""
        return len(record.data) + len(record.partition_key.encode())

    def send(self, records: Sequence[Record]) -> list[Failure | None]:
        """One PutRecords."""
        entries: list[PutRecordsRequestEntryTypeDef] = [
            {"Data": record.data, "PartitionKey": record.partition_key} for record in records
        ]
        with aws_errors(f"PutRecords to {self._stream} in {self._region}"):
            if self._by_arn:
                answer = self._client.put_records(StreamARN=self._stream, Records=entries)
            else:
                answer = self._client.put_records(StreamName=self._stream, Records=entries)
        # ProvisionedThroughputExceededException and InternalFailure: the service knows no other, and
        # neither lasts.
        return [
            Failure(result["ErrorCode"], result.get("ErrorMessage", "")) if result.get("ErrorCode") else None
            for result in answer["Records"]
        ]

    def describe(self) -> str:
        """DescribeStreamSummary."""
        with aws_errors(f"DescribeStreamSummary of {self._stream} in {self._region}"):
            if self._by_arn:
                answer = self._client.describe_stream_summary(StreamARN=self._stream)
            else:
                answer = self._client.describe_stream_summary(StreamName=self._stream)
        summary = answer["StreamDescriptionSummary"]
        return (
            f"Kinesis stream {summary['StreamName']} in {self._region} is {summary['StreamStatus']}, "
            f"{summary['OpenShardCount']} open shards"
        )
