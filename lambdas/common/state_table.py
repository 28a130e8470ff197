"""Items of the state table that are read, changed and put back under their version.

Groups, digests and sources of inhibition lie there as bytes (eventcore/grouping/encoding.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from eventcore.backoff import Backoff
from lambdas.common.aws_calls import ONE_TRY_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.common.time_budget import TimeBudget

MAX_KEYS = 100
"""DynamoDB: keys of one BatchGetItem."""

MAX_ATTEMPTS = 6
"""In a row that brought nothing: about 3 s of back-off in all."""

KEPT = 3 * 86_400.0
"""Seconds that an item is kept after it was last needed, as the ledger keeps its records: until no redelivery
can come any more."""


class Item(NamedTuple):
    """What is in the table under a key."""

    key: str
    version: int
    """Counts the writes; nobody has written what has version 0."""
    state: bytes


class StateTable:
    """Reads what is true now, and writes where nobody else has written since.

    What has expired counts as absent, whether DynamoDB has come to delete it or not: that takes it days.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        *,
        table: str,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        backoff: Backoff | None = None,
    ) -> None:
        self._client = client
        self._table = table
        self._now = now
        self._sleep = sleep
        self._backoff = backoff or Backoff(base=0.2, cap=2.0)

    def read(self, keys: Collection[str], budget: TimeBudget | None = None) -> dict[str, Item]:
        """The items under these keys, by key; a key under which there is nothing is absent.

        Raises:
            ClientError, BotoCoreError: DynamoDB did not answer, or goes on answering a part only.
            NoTimeLeftError: a call could outlast the budget.
        """
        waiting = list(dict.fromkeys(keys))
        found: dict[str, Item] = {}
        failures = 0
        while waiting:
            if budget:
                budget.require(ONE_TRY_SECONDS)
            asked, waiting = waiting[:MAX_KEYS], waiting[MAX_KEYS:]
            items, left = self._call(asked)
            found.update((item.key, item) for item in self._living(items))
            waiting += left
            failures = failures + 1 if len(left) == len(asked) else 0
            if failures == MAX_ATTEMPTS:
                raise _throttled(len(waiting))
            if failures:
                self._sleep(self._backoff.delay(failures))
        return found

    def write(self, key: str, state: bytes, *, version: int, expires: float) -> bool:
        """Put `state` under `key` if the item there still has this version; False: somebody was first.

        Args:
            key: of the item.
            state: its new state.
            version: the one that was read, 0 where there was nothing.
            expires: seconds since the epoch after which it counts as absent: as long as it is needed, and
                KEPT.

        Raises:
            ClientError, BotoCoreError: DynamoDB did not answer; it may have been written.
        """
        condition, values = "version = :version", {":version": str(version)}
        if version == 0:
            condition, values = "attribute_not_exists(pk) OR expires < :now", {":now": f"{self._now():.3f}"}
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    "pk": {"S": key},
                    "version": {"N": str(version + 1)},
                    "state": {"B": state},
                    "expires": {"N": str(int(expires))},
                },
                ConditionExpression=condition,
                ExpressionAttributeValues={name: {"N": value} for name, value in values.items()},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                raise
            found: Any = error.response.get("Item")  # the shape of ClientError does not know it
            # Our own put, whose answer was lost and which botocore repeats, is no conflict.
            return _item(found or {}) == Item(key, version + 1, state)
        return True

    def _call(self, keys: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
        """The items found, and the keys that DynamoDB did not come to."""
        answer: Any = self._client.batch_get_item(
            RequestItems={self._table: {"Keys": [{"pk": {"S": key}} for key in keys], "ConsistentRead": True}}
        )
        left = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        return answer.get("Responses", {}).get(self._table, []), [key["pk"]["S"] for key in left]

    def _living(self, items: Sequence[dict[str, Any]]) -> Iterator[Item]:
        now = self._now()
        for attributes in items:
            item = _item(attributes)
            if item and float(attributes["expires"]["N"]) >= now:
                yield item


def _item(attributes: dict[str, Any]) -> Item | None:
    """None for an item of another kind, such as a delivery record."""
    if not {"pk", "version", "state"} <= attributes.keys():
        return None
    return Item(attributes["pk"]["S"], int(attributes["version"]["N"]), attributes["state"]["B"])


def _throttled(keys: int) -> ClientError:
    """As DynamoDB itself answers where it comes to no key at all."""
    return ClientError(
        {
            "Error": {
                "Code": "ProvisionedThroughputExceededException",
                "Message": f"{keys} keys stayed unprocessed after {MAX_ATTEMPTS} attempts",
            }
        },
        "BatchGetItem",
    )
