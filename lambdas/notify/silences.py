"""The silences, as the table has them now or had them seconds ago."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from eventcore.silences import ALL, Silence, SilenceError, Silences, decode_silence
from lambdas.common.observability import count, logger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CACHED_SECONDS = 10.0
"""A new silence holds within 30 s: the command's write, the index, and this."""


class SilenceReader:
    """Asks the table once for all wake-ups of some seconds in this execution environment."""

    def __init__(self, client: DynamoDBClient, *, table: str, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._now = now
        self._silences = Silences(())
        self._read_at: float | None = None

    def current(self) -> Silences:
        """At most CACHED_SECONDS old.

        Raises:
            ClientError, BotoCoreError: DynamoDB did not answer.
        """
        now = self._now()
        if self._read_at is None or not self._read_at <= now < self._read_at + CACHED_SECONDS:
            self._silences = Silences(self._read())
            self._read_at = now
        return self._silences

    def _read(self) -> Iterator[Silence]:
        pages = self._client.get_paginator("query").paginate(TableName=self._table, **ALL)
        for page in pages:
            for item in page["Items"]:
                yield from _decoded(item)


def _decoded(item: Any) -> Iterator[Silence]:
    """One that means nothing here silences nothing, and takes no other one along."""
    try:
        yield decode_silence(item.get("silence", {}).get("S", ""))
    except SilenceError as error:
        count("UnreadableSilences", 1)
        logger.error("unreadable silence", record=item.get("pk", {}).get("S"), error=str(error))
