"""The on-failure destination of a stream: S3 gets the invocation record with the payload, SQS without.

Shapes: Lambda Developer Guide, "Retain discarded batch records for a Kinesis Data Streams event source".
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from sandbox.lambda_service.execution_environment import InvocationResult
from sandbox.lambda_service.mapping import StreamMapping
from sandbox.lambda_service.records import SourceRecord, event_payload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

Condition = Literal["RetryAttemptsExhausted", "MaximumRecordAgeExceeded"]
"""The first is documented; for age the guide names no value, this one is what other emulators chose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    """Records that a mapping gives up."""

    records: Sequence[SourceRecord]
    condition: Condition
    invocations: int
    result: InvocationResult | None
    """Of the last invocation; None when there was none."""


class Destination:
    """The destination of one mapping and shard."""

    def __init__(self, mapping: StreamMapping, shard_id: str, *, s3: S3Client, sqs: SQSClient) -> None:
        self._mapping = mapping
        self._shard_id = shard_id
        self._s3 = s3
        self._sqs = sqs

    def send(self, discarded: Discarded) -> bool:
        """Send them; whether there is a destination.

        Raises:
            ClientError, BotoCoreError: the destination refused or did not answer.
        """
        arn = self._mapping.destination_arn
        if arn is None:
            return False
        now = datetime.now(UTC)
        record = invocation_record(discarded, self._mapping, self._shard_id, now)
        service, name = arn.split(":")[2], arn.split(":")[5]
        if service == "s3":
            record["payload"] = event_payload(discarded.records).decode()
            key = object_key(self._mapping.uuid, self._shard_id, now)
            self._s3.put_object(Bucket=name, Key=key, Body=json.dumps(record).encode())
        else:
            queue = self._sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=arn.split(":")[4])
            self._sqs.send_message(QueueUrl=queue["QueueUrl"], MessageBody=json.dumps(record))
        return True


def object_key(mapping_uuid: str, shard_id: str, now: datetime) -> str:
    """aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>"""
    return f"aws/lambda/{mapping_uuid}/{shard_id}/{now:%Y/%m/%d}/{now:%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"


def invocation_record(
    discarded: Discarded, mapping: StreamMapping, shard_id: str, now: datetime
) -> dict[str, Any]:
    """What both destinations get."""
    records, result = discarded.records, discarded.result
    response = {"statusCode": 200, "executedVersion": "$LATEST"}
    if result is not None and result.function_error:
        response["functionError"] = result.function_error
    return {
        "requestContext": {
            "requestId": result.request_id if result else str(uuid.uuid4()),
            "functionArn": mapping.function_arn,
            "condition": discarded.condition,
            "approximateInvokeCount": discarded.invocations,
        },
        "responseContext": response if result else None,
        "version": "1.0",
        "timestamp": _iso(now),
        "KinesisBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": records[0].id,
            "endSequenceNumber": records[-1].id,
            "approximateArrivalOfFirstRecord": _iso(records[0].arrived),
            "approximateArrivalOfLastRecord": _iso(records[-1].arrived),
            "batchSize": len(records),
            "streamArn": mapping.source_arn,
        },
    }


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
