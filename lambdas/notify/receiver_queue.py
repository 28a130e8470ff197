"""A receiver's queue and its dead-letter queue, as far as this function writes to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from eventcore.queue_message import NotificationMessage, WakeUp, encode_message
from lambdas.notify.channels.wording import one_line

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

CODE = "code"
"""The attribute that a dead letter has, and keeps when somebody puts it back."""

MAX_REASON = 500
"""Characters of a reason in a dead letter's attribute."""


class ReceiverQueue:
    """Both queues of one receiver. Every method raises ClientError or BotoCoreError if SQS did not take
    it."""

    def __init__(self, client: SQSClient, *, url: str, dead_letters_url: str) -> None:
        self._client = client
        self._url = url
        self._dead_letters_url = dead_letters_url

    def send_copy(self, message: NotificationMessage, *, delay: int) -> NotificationMessage:
        """Put the message with the next attempt into the queue, to appear after `delay` seconds (≤ 900).

        A copy, because a message that is merely received again counts towards the queue's maxReceiveCount.
        """
        copy = msgspec.structs.replace(message, attempt=message.attempt + 1)
        self._client.send_message(QueueUrl=self._url, MessageBody=encode_message(copy), DelaySeconds=delay)
        return copy

    def send_wake_up(self, wake_up: WakeUp, *, delay: int) -> None:
        """Put a timer into the queue, to appear after `delay` seconds (≤ 900)."""
        self._client.send_message(QueueUrl=self._url, MessageBody=encode_message(wake_up), DelaySeconds=delay)

    def hide(self, receipt_handle: str, *, seconds: int) -> None:
        """Have a message that was received come again after so many seconds."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
        )

    def set_aside(self, body: str, *, code: str, reason: str) -> None:
        """Put the body, as it came, into the dead-letter queue, with the attributes `code` and `reason`."""
        self._client.send_message(
            QueueUrl=self._dead_letters_url,
            MessageBody=body,
            MessageAttributes={CODE: _text(code, 80), "reason": _text(reason, MAX_REASON)},
        )


def _text(value: str, limit: int) -> MessageAttributeValueTypeDef:
    # SQS takes neither an empty value nor control characters.
    return {"DataType": "String", "StringValue": one_line(value, limit) or "unknown"}
