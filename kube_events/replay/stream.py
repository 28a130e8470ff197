"""Reads what a Kinesis stream still holds, shard by shard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from eventcore.backoff import Backoff
from kube_events.reindex.aws import AwsError, aws_calls, code_of, is_passing
from kube_events.reindex.found import Finding, Found, Mark, Warned

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_kinesis.type_defs import GetRecordsOutputTypeDef

T = TypeVar("T")

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

EARLY = timedelta(minutes=10)
"""An event reaches the stream after it happened, unless the clock of its API server is ahead of AWS'."""

RECORDS_AT_ONCE = 1000
"""A call of 10 MB would block the shard for five seconds, and the functions read it as well."""

PAUSE = 0.5
"""Seconds between two calls of a shard, which takes five a second from all its readers together."""

PATIENCE = 300.0
"""Seconds for which a shard may refuse in a row."""


class StreamSource:
    """The records that reached the stream since a time, and until another."""

    def __init__(
        self,
        session: boto3.Session,
        name: str,
        *,
        since: datetime,
        until: datetime,
        after: Mapping[str, str],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        backoff: Backoff = Backoff(base=1.0, cap=15.0),  # noqa: B008 - frozen
    ) -> None:
        """
        Args:
            session: whose credentials may read it.
            name: of the stream, or its ARN.
            since: events that happened from then on are read.
            until: what arrived later is left.
            after: by shard, the sequence number behind which to go on.
            sleep: waits for so many seconds.
            clock: seconds that only rise.
            backoff: between tries.
        """
        self._what = f"the stream {name}"
        self._stream: dict[str, Any] = {"StreamARN" if name.startswith("arn:") else "StreamName": name}
        with aws_calls("AWS configuration"):
            self._client = session.client("kinesis")
        # No stream remembers that far, and the calendar begins with the year 1.
        self._since = max(since, _LONG_AGO) - EARLY
        self._until = until
        self._after = after
        self._sleep = sleep
        self._clock = clock
        self._backoff = backoff

    def __iter__(self) -> Iterator[Finding]:
        """What the stream holds; of each shard in its order.

        Raises:
            AwsError: there is no such stream, it may not be read, or it refuses for minutes.
        """
        with aws_calls(self._what):
            summary = self._client.describe_stream_summary(**self._stream)["StreamDescriptionSummary"]
            oldest = self._until - timedelta(hours=summary["RetentionPeriodHours"])
            if oldest > self._since + EARLY and not self._after:
                yield Warned(
                    f"{self._what} remembers {summary['RetentionPeriodHours']} hours: what reached it before "
                    f"{oldest:%Y-%m-%dT%H:%M:%SZ} is gone there; an archive may have it (--archive)"
                )
            for shard in self._shards():
                yield from self._shard(shard, summary["StreamARN"])

    def _shards(self) -> Iterator[str]:
        """Closed ones included: what was split or merged keeps its records until they expire."""
        request = self._stream
        while True:
            answer = self._client.list_shards(**request)
            yield from (shard["ShardId"] for shard in answer["Shards"])
            if not (token := answer.get("NextToken")):
                return
            request = {"NextToken": token}

    def _shard(self, shard: str, arn: str) -> Iterator[Finding]:
        after = self._after.get(shard, "")
        iterator, forgotten = self._iterator(shard, after)
        if forgotten:
            yield Warned(f"{shard}: where the run before stopped is gone: it goes on with the oldest record")
        while iterator:
            try:
                answer = self._records(iterator)
            except _Expired:
                iterator, _ = self._iterator(shard, after)
                continue
            for record in answer["Records"]:
                if record["ApproximateArrivalTimestamp"] > self._until:
                    return
                after = record["SequenceNumber"]
                yield Found(
                    Mark(shard, after),
                    f"{shard}:{after}",
                    arn,
                    record["ApproximateArrivalTimestamp"],
                    record["Data"],
                )
            iterator = answer.get("NextShardIterator", "")
            if not answer.get("MillisBehindLatest"):
                return  # the tip: what arrives from here on is later than `until`
            self._sleep(PAUSE)

    def _iterator(self, shard: str, after: str) -> tuple[str, bool]:
        """Where to read on, and whether that is not behind `after` because the stream has forgotten it."""
        if not after:
            return self._iterator_at(shard, ShardIteratorType="AT_TIMESTAMP", Timestamp=self._since), False
        try:
            behind = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": after}
            return self._iterator_at(shard, **behind), False
        except _Expired:
            return self._iterator_at(shard, ShardIteratorType="TRIM_HORIZON"), True

    def _iterator_at(self, shard: str, **where: Any) -> str:
        def call() -> str:
            return self._client.get_shard_iterator(**self._stream, ShardId=shard, **where)["ShardIterator"]

        expired = "InvalidArgumentException" if "StartingSequenceNumber" in where else ""
        return self._patiently(call, expired)

    def _records(self, iterator: str) -> GetRecordsOutputTypeDef:
        arn = {key: value for key, value in self._stream.items() if key == "StreamARN"}
        return self._patiently(
            lambda: self._client.get_records(ShardIterator=iterator, Limit=RECORDS_AT_ONCE, **arn),
            "ExpiredIteratorException",
        )

    def _patiently(self, call: Callable[[], T], expired: str) -> T:
        """Call until it is answered.

        Raises:
            _Expired: AWS' code is `expired`.
            AwsError: it is refused for PATIENCE.
        """
        from botocore.exceptions import ClientError

        since, failures = self._clock(), 0
        while True:
            try:
                return call()
            except ClientError as error:
                if code_of(error) == expired:
                    raise _Expired from None
                if not is_passing(error):
                    raise
                failures += 1
                delay = self._backoff.delay(failures)
                if self._clock() + delay > since + PATIENCE:
                    text = f"{self._what}: refused for {PATIENCE:.0f} s: {code_of(error)}"
                    raise AwsError(text) from None
                self._sleep(delay)


class _Expired(Exception):
    """An iterator or a sequence number is too old."""
