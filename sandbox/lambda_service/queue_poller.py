"""An SQS mapping: messages are received, filtered, handed over in batches, deleted when they were taken."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.lambda_service.batch_response import failed_items
from sandbox.lambda_service.counters import Counters
from sandbox.lambda_service.errors import LambdaServiceError
from sandbox.lambda_service.execution_environment import InvocationResult
from sandbox.lambda_service.gathering import BatchLimits, Gatherer
from sandbox.lambda_service.mapping import QueueMapping
from sandbox.lambda_service.records import SourceRecord, queue_record
from sandbox.lambda_service.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

AFTER_AN_ERROR_SECONDS = 1.0
_LONG_POLL_SECONDS = 1
"""How long one receive waits; also the longest that a stop takes."""
_SHORT_POLL_SECONDS = 0.1
_MOST_MESSAGES = 10
"""Of one receive or delete (SQS quotas)."""


class QueuePoller:
    """One of the pollers of a mapping: one batch at a time, so as many of them as it may have invocations."""

    def __init__(
        self,
        mapping: QueueMapping,
        queue_url: str,
        *,
        client: SQSClient,
        passes: Callable[[SourceRecord], bool],
        invoke: Callable[[Sequence[SourceRecord]], InvocationResult],
        counters: Counters,
        workers: Workers,
    ) -> None:
        self._mapping = mapping
        self._url = queue_url
        self._client = client
        self._passes = passes
        self._invoke = invoke
        self._counters = counters
        self._workers = workers
        self._received: deque[SourceRecord] = deque()
        self._gatherer = Gatherer(self._take, BatchLimits(records=mapping.batch_size, window=mapping.window))

    def work(self) -> None:
        """Deliver until the service stops."""
        while not self._workers.stopping():
            try:
                batch = self._gatherer.gather(patience=_LONG_POLL_SECONDS)
                if batch:
                    self._deliver(batch)
            except (BotoCoreError, ClientError, LambdaServiceError) as error:
                self._counters.error(error)
                self._workers.wait(AFTER_AN_ERROR_SECONDS)

    def _take(self, seconds: float) -> SourceRecord | None:
        until = time.monotonic() + seconds
        while not self._received and not self._workers.stopping():
            left = until - time.monotonic()
            self._receive(_LONG_POLL_SECONDS if left >= _LONG_POLL_SECONDS else 0)
            if self._received or left <= 0:
                break
            if left < _LONG_POLL_SECONDS:
                self._workers.wait(min(left, _SHORT_POLL_SECONDS))
        return self._received.popleft() if self._received else None

    def _receive(self, wait_seconds: int) -> None:
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(_MOST_MESSAGES, self._mapping.batch_size),
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        records = [queue_record(message, self._mapping) for message in answer.get("Messages", [])]
        if not records:
            return
        passes = [self._passes(record) for record in records]
        self._counters.add(records=len(records), filtered=passes.count(False))
        self._received.extend(itertools.compress(records, passes))
        # As AWS does: what the filter keeps away is gone from the queue.
        self._delete([record for record, passed in zip(records, passes, strict=True) if not passed])

    def _deliver(self, batch: Sequence[SourceRecord]) -> None:
        failed = len(batch)
        try:
            result = self._invoke(batch)
            taken = self._taken(batch, result)
            failed = len(batch) - len(taken)
            self._counters.add(batches=1, failed_batches=int(failed > 0))
            self._delete(taken)
        finally:  # what is not deleted comes again after the queue's visibility timeout
            self._counters.add(succeeded=len(batch) - failed, failed_records=failed)

    def _taken(self, batch: Sequence[SourceRecord], result: InvocationResult) -> Sequence[SourceRecord]:
        if not result.ok:
            return ()
        if not self._mapping.partial_failures:
            return batch
        failed = failed_items(result.payload, {record.id for record in batch})
        return [record for record in batch if record.id not in failed]

    def _delete(self, records: Sequence[SourceRecord]) -> None:
        for start in range(0, len(records), _MOST_MESSAGES):
            answer = self._client.delete_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(index), "ReceiptHandle": record.content["receiptHandle"]}
                    for index, record in enumerate(records[start : start + _MOST_MESSAGES])
                ],
            )
            for failure in answer.get("Failed", []):
                self._counters.error(f"a message was not deleted: {failure.get('Message', failure['Code'])}")
