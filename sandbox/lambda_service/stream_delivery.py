"""One batch of a shard until its last record is taken or given up: retries, bisecting, partial failures, age.

The order of a shard is kept: what comes behind a failing batch waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from eventcore.backoff import Backoff
from sandbox.lambda_service.batch_response import failed_items
from sandbox.lambda_service.counters import Counters
from sandbox.lambda_service.destination import Condition, Discarded
from sandbox.lambda_service.errors import LambdaServiceError
from sandbox.lambda_service.execution_environment import InvocationResult
from sandbox.lambda_service.mapping import StreamMapping
from sandbox.lambda_service.records import SourceRecord

RETRY = Backoff(base=0.2, cap=5.0)
"""AWS does not say how long it waits. Short enough for a demo, long enough not to burn the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Records that are sent together, and what they have behind them."""

    records: tuple[SourceRecord, ...]
    retries: int = 0
    """Those that count towards MaximumRetryAttempts."""
    invocations: int = 0
    result: InvocationResult | None = None
    """Of the last invocation."""


class StreamDelivery:
    """Delivers the batches of one shard (or of one lane of it)."""

    def __init__(
        self,
        mapping: StreamMapping,
        *,
        retention: timedelta,
        invoke: Callable[[Sequence[SourceRecord]], InvocationResult],
        discard: Callable[[Discarded], bool],
        counters: Counters,
        wait: Callable[[float], bool],
        backoff: Backoff = RETRY,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            mapping: what Terraform configured.
            retention: of the stream; older records are gone there, so they are given up here.
            invoke: runs the function on these records; LambdaServiceError when that was not possible.
            discard: sends to the on-failure destination; whether there is one.
            counters: of the mapping.
            wait: waits so many seconds; True when the service is being stopped.
            backoff: between two invocations for the same records.
            now: the time that ages are measured against.
        """
        self._mapping = mapping
        limit = mapping.maximum_age
        self._oldest = retention if limit < 0 else min(retention, timedelta(seconds=limit))
        self._invoke = invoke
        self._discard = discard
        self._counters = counters
        self._wait = wait
        self._backoff = backoff
        self._now = now

    def deliver(self, records: Sequence[SourceRecord]) -> None:
        """Return when every record is settled, or when the service is being stopped."""
        pending = [Segment(records=tuple(records))]
        while pending:
            segment = self._without_the_old(pending.pop())
            if segment.records:
                again = self._attempt(segment)
                pending.extend(reversed(again))
                tried = max((one.invocations for one in again), default=0)
                if again and self._wait(self._backoff.delay(max(1, tried))):
                    return

    def _attempt(self, segment: Segment) -> list[Segment]:
        """Invoke once; what is left to be sent again, in order."""
        try:
            result = self._invoke(segment.records)
        except LambdaServiceError as error:  # not the function's failure: costs no retry
            self._counters.error(error)
            return [_after(segment, segment.result)]
        self._counters.add(batches=1)
        first = self._first_failed(segment.records, result)
        self._counters.add(succeeded=first)
        if first == len(segment.records):
            return []
        self._counters.add(failed_batches=1)
        return self._again(_after(segment, result), first)

    def _first_failed(self, records: Sequence[SourceRecord], result: InvocationResult) -> int:
        """Index of the first record to be sent again: Lambda keeps a checkpoint, not a list."""
        if not result.ok:
            return 0
        if not self._mapping.partial_failures:
            return len(records)
        failed = failed_items(result.payload, {record.id for record in records})
        return next((index for index, record in enumerate(records) if record.id in failed), len(records))

    def _again(self, segment: Segment, first: int) -> list[Segment]:
        """Split or try again.

        Splitting costs no retry (Lambda Developer Guide); with partial failures the batch is split where the
        function says. Without bisecting a retry that moved the checkpoint counts too: undocumented, and the
        stricter reading.
        """
        rest = segment.records[first:]
        if self._mapping.bisect and (first > 0 or len(rest) > 1):
            self._counters.add(bisections=1)
            middle = 0 if first > 0 else len(rest) // 2
            return [_with(segment, part) for part in (rest[:middle], rest[middle:]) if part]
        if 0 <= self._mapping.maximum_retries <= segment.retries:
            self._give_up(_with(segment, rest), "RetryAttemptsExhausted")
            return []
        self._counters.add(retries=1)
        return [_with(segment, rest, retries=segment.retries + 1)]

    def _without_the_old(self, segment: Segment) -> Segment:
        border = self._now() - self._oldest
        old = tuple(record for record in segment.records if record.arrived < border)
        if not old:
            return segment
        self._give_up(_with(segment, old), "MaximumRecordAgeExceeded")
        return _with(segment, tuple(record for record in segment.records if record.arrived >= border))

    def _give_up(self, segment: Segment, condition: Condition) -> None:
        discarded = Discarded(
            records=segment.records,
            condition=condition,
            invocations=segment.invocations,
            result=segment.result,
        )
        sent = 0
        try:
            sent = len(segment.records) if self._discard(discarded) else 0
        except (BotoCoreError, ClientError) as error:  # AWS counts DestinationDeliveryFailures and goes on
            self._counters.error(error)
        self._counters.add(discarded=len(segment.records), sent_to_destination=sent)


def _after(segment: Segment, result: InvocationResult | None) -> Segment:
    return Segment(
        records=segment.records, retries=segment.retries, invocations=segment.invocations + 1, result=result
    )


def _with(segment: Segment, records: tuple[SourceRecord, ...], *, retries: int | None = None) -> Segment:
    return Segment(
        records=records,
        retries=segment.retries if retries is None else retries,
        invocations=segment.invocations,
        result=segment.result,
    )
