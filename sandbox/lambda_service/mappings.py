"""Event source mappings at work: discovered, polled, counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from eventcore.patterns import PatternError
from sandbox.lambda_service.clients import Clients
from sandbox.lambda_service.counters import Counters, MappingStats
from sandbox.lambda_service.destination import Destination
from sandbox.lambda_service.errors import LambdaServiceError
from sandbox.lambda_service.execution_environment import InvocationResult
from sandbox.lambda_service.function import look_up
from sandbox.lambda_service.functions import MAX_ENVIRONMENTS, Functions
from sandbox.lambda_service.mapping import EventSourceMapping, QueueMapping, StreamMapping, discover
from sandbox.lambda_service.queue_poller import QueuePoller
from sandbox.lambda_service.record_filter import record_filter
from sandbox.lambda_service.records import SourceRecord, event_payload
from sandbox.lambda_service.stream_delivery import StreamDelivery
from sandbox.lambda_service.stream_poller import Lane, ShardReader
from sandbox.lambda_service.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

_POLLERS_OF_A_QUEUE = 2
"""Where MaximumConcurrency says nothing. AWS starts with five and scales."""


class Mappings:
    """The pollers of every mapping."""

    def __init__(self, clients: Clients, functions: Functions) -> None:
        self._clients = clients
        self._functions = functions
        self._workers = Workers()
        self._counters: dict[str, Counters] = {}
        self._queue_urls: set[str] = set()

    def start(self) -> list[EventSourceMapping]:
        """Start the pollers of the mappings that are new since the last call.

        Raises:
            LambdaServiceError: one asks for what is not done here, or its filter, function or source is not
                to be had; says which.
        """
        new = [one for one in discover(self._clients.functions) if one.uuid not in self._counters]
        for mapping in new:
            counters = Counters(mapping.function, mapping.source)
            self._counters[mapping.uuid] = counters
            try:
                if isinstance(mapping, StreamMapping):
                    self._start_stream(mapping, counters)
                else:
                    self._start_queue(mapping, counters)
            except (BotoCoreError, ClientError, PatternError) as error:
                raise LambdaServiceError(f"event source mapping {mapping.uuid}: {error}") from None
        return list(new)

    def stats(self) -> tuple[MappingStats, ...]:
        """Figures of every mapping.

        Raises:
            PollerCrashedError: a poller has ended by a bug.
        """
        self._workers.check()
        return tuple(counters.stats() for counters in self._counters.values())

    def idle(self, seconds: float, *, timers: bool) -> bool:
        """Whether nothing was read or settled for so long, and no queue holds a message; with `timers` not
        even one that is delayed."""
        if any(one.pending or one.quiet_for < seconds for one in self.stats()):
            return False
        return all(self._empty(url, timers=timers) for url in self._queue_urls)

    def ask_to_stop(self) -> None:
        """Read nothing more, try nothing again."""
        self._workers.ask_to_stop()

    def join(self) -> None:
        """Wait for the pollers to end."""
        self._workers.join()

    def _start_stream(self, mapping: StreamMapping, counters: Counters) -> None:
        kinesis = self._clients.kinesis
        summary = kinesis.describe_stream_summary(StreamARN=mapping.source_arn)["StreamDescriptionSummary"]
        retention = timedelta(hours=summary["RetentionPeriodHours"])
        role_arn = look_up(self._clients.functions, mapping.function_arn).role
        passes = record_filter(mapping)
        pages = kinesis.get_paginator("list_shards").paginate(StreamARN=mapping.source_arn)
        for shard in (shard for page in pages for shard in page["Shards"]):
            destination = Destination(mapping, shard["ShardId"], s3=self._clients.s3, sqs=self._clients.sqs)
            delivery = StreamDelivery(
                mapping,
                retention=retention,
                invoke=lambda records: self._invoke(mapping, records),
                discard=destination.send,
                counters=counters,
                wait=self._workers.wait,
            )
            lanes = [Lane(mapping, delivery, self._workers) for _ in range(mapping.parallelization_factor)]
            reader = ShardReader(
                mapping,
                shard["ShardId"],
                client=kinesis,
                role_arn=role_arn,
                passes=passes,
                lanes=lanes,
                counters=counters,
                workers=self._workers,
            )
            self._workers.start(reader.work)
            for lane in lanes:
                self._workers.start(lane.work)

    def _start_queue(self, mapping: QueueMapping, counters: Counters) -> None:
        sqs = self._clients.sqs
        owner = mapping.source_arn.split(":")[4]
        url = sqs.get_queue_url(QueueName=mapping.source, QueueOwnerAWSAccountId=owner)["QueueUrl"]
        self._queue_urls.add(url)
        for _ in range(min(mapping.maximum_concurrency or _POLLERS_OF_A_QUEUE, MAX_ENVIRONMENTS)):
            poller = QueuePoller(
                mapping,
                url,
                client=sqs,
                passes=record_filter(mapping),
                invoke=lambda records: self._invoke(mapping, records),
                counters=counters,
                workers=self._workers,
            )
            self._workers.start(poller.work)

    def _invoke(self, mapping: EventSourceMapping, records: Sequence[SourceRecord]) -> InvocationResult:
        traces = [record.trace for record in records if record.trace]
        return self._functions.invoke(mapping.function_arn, event_payload(records), traces)

    def _empty(self, queue_url: str, *, timers: bool) -> bool:
        names: list[QueueAttributeNameType] = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ]
        if timers:
            names.append("ApproximateNumberOfMessagesDelayed")
        answer = self._clients.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)
        return not any(int(count) for count in answer["Attributes"].values())
