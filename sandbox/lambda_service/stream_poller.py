"""A Kinesis mapping: each shard is read in order, filtered, and delivered in as many lanes as allowed."""

from __future__ import annotations

import hashlib
import queue
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.lambda_service.counters import Counters
from sandbox.lambda_service.gathering import BatchLimits, Gatherer
from sandbox.lambda_service.mapping import StreamMapping
from sandbox.lambda_service.records import SourceRecord, stream_record
from sandbox.lambda_service.stream_delivery import StreamDelivery
from sandbox.lambda_service.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import RecordTypeDef

POLL_SECONDS = 0.25
"""Between reads of a shard that has nothing new. AWS reads once a second; a shard allows five reads."""
AFTER_AN_ERROR_SECONDS = 1.0
_PAGE = 1_000
_PAGES_AHEAD = 10
"""What a lane may have waiting before the reader stops reading."""


class Lane:
    """Part of a shard: the records of some partition keys, one batch after the other."""

    def __init__(self, mapping: StreamMapping, delivery: StreamDelivery, workers: Workers) -> None:
        self._pages: queue.Queue[list[SourceRecord]] = queue.Queue(_PAGES_AHEAD)
        self._page: deque[SourceRecord] = deque()
        self._delivery = delivery
        self._workers = workers
        limits = BatchLimits(records=mapping.batch_size, window=mapping.window)
        self._gatherer = Gatherer(self._take, limits)

    def put(self, page: list[SourceRecord]) -> None:
        """Hand over what was read; waits while too much is waiting already."""
        while page and not self._workers.stopping():
            try:
                self._pages.put(page, timeout=POLL_SECONDS)
            except queue.Full:
                continue
            return

    def work(self) -> None:
        """Deliver until the service stops."""
        while not self._workers.stopping():
            batch = self._gatherer.gather(patience=POLL_SECONDS)
            if batch:
                self._delivery.deliver(batch)

    def _take(self, seconds: float) -> SourceRecord | None:
        if not self._page:
            try:
                self._page.extend(self._pages.get(timeout=seconds) if seconds else self._pages.get_nowait())
            except queue.Empty:
                return None
        return self._page.popleft()


class ShardReader:
    """Reads one shard from the mapping's starting position on."""

    def __init__(
        self,
        mapping: StreamMapping,
        shard_id: str,
        *,
        client: KinesisClient,
        role_arn: str,
        passes: Callable[[SourceRecord], bool],
        lanes: list[Lane],
        counters: Counters,
        workers: Workers,
    ) -> None:
        self._mapping = mapping
        self._shard_id = shard_id
        self._client = client
        self._role_arn = role_arn
        self._passes = passes
        self._lanes = lanes
        self._counters = counters
        self._workers = workers
        self._last: str | None = None

    def work(self) -> None:
        """Read until the service stops or the shard, closed, has been read to its end."""
        iterator: str | None = None
        while not self._workers.stopping():
            try:
                iterator = iterator or self._iterator()
                page = self._client.get_records(ShardIterator=iterator, Limit=_PAGE)
            except (BotoCoreError, ClientError) as error:
                self._counters.error(error)
                iterator = None  # it may have expired: go on behind the last record
                self._workers.wait(AFTER_AN_ERROR_SECONDS)
                continue
            self._hand_out(page["Records"])
            iterator = page.get("NextShardIterator")
            if iterator is None:
                return
            if not page["Records"]:
                self._workers.wait(POLL_SECONDS)

    def _iterator(self) -> str:
        where: dict[str, Any] = {"ShardIteratorType": self._mapping.starting_position}
        if self._last is not None:
            where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": self._last}
        elif self._mapping.starting_position == "AT_TIMESTAMP":
            where["Timestamp"] = self._mapping.starting_timestamp
        # By name: moto's iterators lose the stream when they are asked for by ARN.
        answer = self._client.get_shard_iterator(
            StreamName=self._mapping.source, ShardId=self._shard_id, **where
        )
        return answer["ShardIterator"]

    def _hand_out(self, records: list[RecordTypeDef]) -> None:
        if not records:
            return
        pages: list[list[SourceRecord]] = [[] for _ in self._lanes]
        filtered = 0
        for item in records:
            record = stream_record(item, self._shard_id, self._mapping, self._role_arn)
            if self._passes(record):
                pages[_lane(item["PartitionKey"], len(pages))].append(record)
            else:
                filtered += 1
        self._last = records[-1]["SequenceNumber"]
        self._counters.add(records=len(records), filtered=filtered)
        for lane, page in zip(self._lanes, pages, strict=True):
            lane.put(page)


def _lane(partition_key: str, lanes: int) -> int:
    """The same key goes the same way, so that the order of a key is kept."""
    return int(hashlib.md5(partition_key.encode(), usedforsecurity=False).hexdigest(), 16) % lanes
