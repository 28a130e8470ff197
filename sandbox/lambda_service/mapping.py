"""Event source mappings as Terraform created them, read back from the AWS endpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sandbox.lambda_service.errors import MappingUnsupportedError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef

StartingPosition = Literal["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSourceMapping:
    """What streams and queues have in common."""

    uuid: str
    function_arn: str
    source_arn: str
    batch_size: int
    window: float
    """MaximumBatchingWindowInSeconds."""
    patterns: tuple[Mapping[str, Any], ...]
    """FilterCriteria: a record passes if one matches, or if there is none."""
    partial_failures: bool
    """ReportBatchItemFailures."""

    @property
    def function(self) -> str:
        """Name of the function."""
        return self.function_arn.split(":")[6]

    @property
    def source(self) -> str:
        """Name of the stream or queue."""
        return self.source_arn.split(":")[5].removeprefix("stream/")

    @property
    def region(self) -> str:
        """Region of the stream or queue."""
        return self.source_arn.split(":")[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamMapping(EventSourceMapping):
    """A Kinesis stream."""

    starting_position: StartingPosition
    starting_timestamp: datetime | None
    parallelization_factor: int
    bisect: bool
    maximum_retries: int
    """-1: until the record expires."""
    maximum_age: int
    """Seconds; -1: until the record expires."""
    destination_arn: str | None
    """OnFailure: an S3 bucket or an SQS queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMapping(EventSourceMapping):
    """An SQS queue."""

    maximum_concurrency: int | None


def discover(client: LambdaClient) -> list[StreamMapping | QueueMapping]:
    """Every enabled mapping, by source and function.

    Raises:
        MappingUnsupportedError: one asks for what is not done here.
    """
    pages = client.get_paginator("list_event_source_mappings").paginate()
    found = [_parsed(item) for page in pages for item in page["EventSourceMappings"] if _enabled(item)]
    return sorted(found, key=lambda mapping: (mapping.source_arn, mapping.function_arn))


def _enabled(item: EventSourceMappingConfigurationTypeDef) -> bool:
    return item.get("State", "Enabled") not in {"Disabled", "Disabling", "Deleting"}


def _parsed(item: EventSourceMappingConfigurationTypeDef) -> StreamMapping | QueueMapping:
    service = item["EventSourceArn"].split(":")[2]
    if service not in {"kinesis", "sqs"}:
        raise _unsupported(item, "EventSourceArn", item["EventSourceArn"], "a Kinesis stream or an SQS queue")
    if item["EventSourceArn"].endswith(".fifo"):
        raise _unsupported(item, "EventSourceArn", item["EventSourceArn"], "a standard queue")
    if item.get("TumblingWindowInSeconds"):
        raise _unsupported(item, "TumblingWindowInSeconds", item["TumblingWindowInSeconds"], "0")
    filters = item.get("FilterCriteria", {}).get("Filters", [])
    common: dict[str, Any] = {
        "uuid": item["UUID"],
        "function_arn": item["FunctionArn"],
        "source_arn": item["EventSourceArn"],
        "batch_size": item.get("BatchSize", 100 if service == "kinesis" else 10),
        "window": float(item.get("MaximumBatchingWindowInSeconds", 0)),
        "patterns": tuple(json.loads(one["Pattern"]) for one in filters),
        "partial_failures": "ReportBatchItemFailures" in item.get("FunctionResponseTypes", []),
    }
    if service == "sqs":
        concurrency = item.get("ScalingConfig", {}).get("MaximumConcurrency")
        return QueueMapping(**common, maximum_concurrency=concurrency)
    return StreamMapping(
        **common,
        starting_position=item.get("StartingPosition", "TRIM_HORIZON"),
        starting_timestamp=item.get("StartingPositionTimestamp"),
        parallelization_factor=item.get("ParallelizationFactor", 1),
        bisect=item.get("BisectBatchOnFunctionError", False),
        maximum_retries=item.get("MaximumRetryAttempts", -1),
        maximum_age=item.get("MaximumRecordAgeInSeconds", -1),
        destination_arn=_destination(item),
    )


def _destination(item: EventSourceMappingConfigurationTypeDef) -> str | None:
    arn = item.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    if arn and arn.split(":")[2] not in {"s3", "sqs"}:
        raise _unsupported(item, "DestinationConfig.OnFailure", arn, "an S3 bucket or an SQS queue")
    return arn or None


def _unsupported(
    item: EventSourceMappingConfigurationTypeDef, field: str, value: object, allowed: str
) -> MappingUnsupportedError:
    return MappingUnsupportedError(
        f"event source mapping {item['UUID']}: {field} is {value}, here it can be {allowed}"
    )
