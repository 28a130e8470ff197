"""What can never be processed is kept in S3, with payload and reason, to be looked at and redriven."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from eventcore.dead_letter import DeadLetter
from lambdas.common.aws_calls import ONE_TRY_SECONDS
from lambdas.common.observability import count, logger
from lambdas.common.records import Poison, Record

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from lambdas.common.time_budget import TimeBudget


class DeadLetters:
    """Writes dead letters of one function to `dead-letters/<function>/YYYY/MM/DD/<id>.json`."""

    def __init__(self, s3: S3Client, *, bucket: str, function: str) -> None:
        """The client makes one try only (ONE_TRY): more of them could take longer than what is kept back."""
        self._s3 = s3
        self._bucket = bucket
        self._function = function

    def write(self, poison: Iterable[Poison], budget: TimeBudget) -> frozenset[str]:
        """Keep these records; returns the ids of those that could not be kept and are to come again.

        None is begun that could outlast the budget. After the first failure the rest are not tried: what is
        wrong with the bucket is wrong for all of them, and the source delivers their records again.
        """
        waiting: Sequence[Poison] = tuple(poison)
        for position, each in enumerate(waiting):
            if not budget.allows(ONE_TRY_SECONDS):
                logger.error("no time left to write dead letters", waiting=len(waiting) - position)
                return self._lost(waiting[position:])
            try:
                self._put(each)
            except (BotoCoreError, ClientError) as error:
                logger.error("dead letter not written", bucket=self._bucket, error=str(error))
                return self._lost(waiting[position:])
        count("DeadLetters", len(waiting))
        return frozenset()

    def _put(self, poison: Poison) -> None:
        key = key_of(self._function, poison.record)
        letter = DeadLetter.of(
            poison.payload,
            function=self._function,
            reason=poison.reason,
            source=poison.record.source,
            record=poison.record.event_id,
        )
        self._s3.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=msgspec.json.encode(letter),
            ContentType="application/json",
        )
        logger.warning("record set aside", reason=poison.reason, record=poison.record.event_id, key=key)

    def _lost(self, poison: Sequence[Poison]) -> frozenset[str]:
        count("DeadLettersFailed", len(poison))
        return frozenset(each.record.id for each in poison)


def key_of(function: str, record: Record) -> str:
    """The same record gives the same key, also on another day: a retry overwrites."""
    digest = sha256(f"{record.source}\n{record.event_id}".encode()).hexdigest()[:32]
    return f"dead-letters/{function}/{record.arrived:%Y/%m/%d}/{digest}.json"
