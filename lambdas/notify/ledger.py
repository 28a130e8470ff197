"""The delivery record: who has been told what, so that nobody is told twice.

One item per receiver and notification. A message may reach us again at any time: SQS delivers at least once,
a function may die between any two calls, and a delayed copy may exist beside its original. The item decides.

* in-progress: somebody is telling it now; from `lease_until` on, that somebody is known to be dead
* waiting: it was put off; the copy with this `attempt` is in the queue, older ones are its shadows
* set-aside: it is in the dead-letter queue, and only a redrive makes it anybody's business again
* delivered: told
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = 3 * 86_400
"""Seconds from a record's last change until DynamoDB may delete it.

The stream may keep its records for a year, but its mapping gives filter_events none that is older than a day
(`keep_trying` in Terraform), and a message is worth telling for another one: three days cover both. What is
fed to filter_events later than that, by hand or from an archive, gets a new `deliver_by` there and is told
again."""

CLOCK_SKEW = 2.0
"""Seconds that the clocks of two execution environments may differ; Amazon Time Sync keeps them far below
one."""

Refusal = Literal["delivered", "superseded", "claimed"]
"""Why there is nothing to do: it was told or set aside, a newer copy is in the queue, or somebody is at
it."""

_CLAIMABLE = (
    "attribute_not_exists(pk)"
    # our own put, whose answer was lost and which botocore repeats
    " OR (delivery = :in_progress AND claimed_by = :claimed_by)"
    " OR (attempt <= :attempt AND ("
    "  (delivery = :in_progress AND lease_until < :now)"
    "  OR delivery = :waiting"
    "  OR (delivery = :set_aside AND :redriven = :yes AND message_id <> :message_id)))"
)


class Claim(NamedTuple):
    """The right to tell this now. Nobody else has it until the lease ends."""

    key: str
    claimed_by: str
    not_before: float
    """Seconds since the epoch; the channel asked not to be called sooner."""


class Ledger:
    """The delivery records in the state table."""

    def __init__(self, client: DynamoDBClient, *, table: str, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._now = now

    def claim(
        self,
        *,
        receiver: str,
        notification: str,
        attempt: int,
        message_id: str,
        redriven: bool,
        invocation: str,
        lease: float,
    ) -> Claim | Refusal:
        """Ask for the right to tell `notification` to `receiver`, for the `lease` (seconds) that this
        invocation has left to live. `redriven` says that the message was in the dead-letter queue: a
        second message of filter_events about what was refused is no reason to ask again, a redrive is.

        Raises:
            ClientError, BotoCoreError: DynamoDB did not answer.
        """
        now = self._now()
        claim = Claim(f"delivery#{receiver}#{notification}", f"{message_id}@{invocation}", 0.0)
        values: dict[str, Any] = {
            "claimed_by": {"S": claim.claimed_by},
            "attempt": {"N": str(attempt)},
            "message_id": {"S": message_id},
        }
        try:
            answer = self._client.put_item(
                TableName=self._table,
                Item={
                    "pk": {"S": claim.key},
                    "delivery": {"S": "in-progress"},
                    "lease_until": {"N": f"{now + lease + CLOCK_SKEW:.3f}"},
                    "expires": self._expires(),
                    **values,
                },
                ConditionExpression=_CLAIMABLE,
                ExpressionAttributeValues={
                    ":now": {"N": f"{now:.3f}"},
                    ":in_progress": {"S": "in-progress"},
                    ":waiting": {"S": "waiting"},
                    ":set_aside": {"S": "set-aside"},
                    ":redriven": {"BOOL": redriven},
                    ":yes": {"BOOL": True},
                    **{f":{name}": value for name, value in values.items()},
                },
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not _is_refused(error):
                raise
            found: Any = error.response.get("Item")  # the shape of ClientError does not know it
            return _why(found or {}, attempt)
        before = answer.get("Attributes", {})
        return claim._replace(not_before=float(before.get("not_before", {}).get("N", 0.0)))

    def delivered(self, claim: Claim) -> None:
        """It was told. That holds whoever has the claim by now."""
        self._client.update_item(
            TableName=self._table,
            Key={"pk": {"S": claim.key}},
            UpdateExpression="SET delivery = :delivery, expires = :expires",
            ExpressionAttributeValues={":delivery": {"S": "delivered"}, ":expires": self._expires()},
        )

    def put_off(self, claim: Claim, *, attempt: int, not_before: float) -> None:
        """The copy `attempt` is in the queue, and takes over."""
        self._end(
            claim,
            "SET delivery = :delivery, expires = :expires, attempt = :attempt, not_before = :not_before",
            {
                ":delivery": {"S": "waiting"},
                ":attempt": {"N": str(attempt)},
                ":not_before": {"N": f"{not_before:.3f}"},
            },
        )

    def set_aside(self, claim: Claim) -> None:
        """It is in the dead-letter queue."""
        self._end(claim, "SET delivery = :delivery, expires = :expires", {":delivery": {"S": "set-aside"}})

    def _end(self, claim: Claim, update: str, values: dict[str, Any]) -> None:
        """Give the claim back, if it is still ours: who has taken it over knows better."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": claim.key}},
                UpdateExpression=update,
                ConditionExpression="claimed_by = :claimed_by AND delivery = :in_progress",
                ExpressionAttributeValues={
                    ":claimed_by": {"S": claim.claimed_by},
                    ":in_progress": {"S": "in-progress"},
                    ":expires": self._expires(),
                    **values,
                },
            )
        except ClientError as error:
            if not _is_refused(error):
                raise

    def _expires(self) -> Any:
        return {"N": str(int(self._now()) + KEPT)}


def _is_refused(error: ClientError) -> bool:
    return error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException"


def _why(item: dict[str, Any], attempt: int) -> Refusal:
    delivery = item.get("delivery", {}).get("S", "")
    if delivery == "delivered":
        return "delivered"
    if int(item.get("attempt", {}).get("N", 0)) > attempt or delivery == "set-aside":
        return "superseded"
    return "claimed"
