"""What Lambda hands over from a receiver's queue, and what it wants back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lambdas.notify.fate import Incoming
from lambdas.notify.receiver_queue import CODE

if TYPE_CHECKING:
    from lambdas.common.records import BatchResponse, LambdaEvent


class NoQueueMessagesError(ValueError):
    """The function was invoked with something that is no batch of SQS messages: a wrong trigger."""


def read_batch(event: LambdaEvent) -> tuple[Incoming, ...]:
    """The messages in their order.

    Raises:
        NoQueueMessagesError: the input holds none. Nothing is set aside, since no message is wrong.
    """
    try:
        records = event["Records"]
        return tuple(
            Incoming(
                id=record["messageId"],
                queue_arn=record["eventSourceARN"],
                body=record["body"],
                receipt_handle=record["receiptHandle"],
                receives=int(record["attributes"]["ApproximateReceiveCount"]),
                redriven=CODE in record.get("messageAttributes", {}),
            )
            for record in records
        )
    except (KeyError, TypeError, ValueError):
        raise NoQueueMessagesError(
            "the input is no SQS batch: invoke this function from a receiver's queue"
        ) from None


def response(failed: Iterable[str]) -> BatchResponse:
    """The partial batch response that has SQS deliver these messages again."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in sorted(failed)]}
