"""What a receiver's queue carries: a tagged union, so that timers can join the notifications."""

from __future__ import annotations

from datetime import datetime
from math import ceil

import msgspec
from msgspec import Struct

from eventcore.notification import Notification

MAX_DELAY = 900
"""Seconds: the longest DelaySeconds that SQS takes. Longer waits go in hops."""


class QueueMessageError(ValueError):
    """The body of a queue message is none of ours. It says what was expected, never what the body held."""


class NotificationMessage(
    Struct, frozen=True, kw_only=True, rename="camel", tag_field="message", tag="notification"
):
    """Tell this receiver this, until `deliver_by`; `attempt` counts from 1."""

    notification: Notification
    deliver_by: datetime
    attempt: int = 1


class WakeUp(Struct, frozen=True, kw_only=True, rename="camel", tag_field="message", tag="wake-up"):
    """A timer. With another generation or due time than its owner's current ones it is stale."""

    key: str
    """Of its owner's item in the table: a group, or a receiver's digest."""
    generation: int
    due: float
    """Seconds since the epoch, to the millisecond."""


QueueMessage = NotificationMessage | WakeUp

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(QueueMessage)


def encode_message(message: QueueMessage) -> str:
    """The body for SQS. It refuses U+FFFE and U+FFFF, which stand in strings only, so they are escaped."""
    return _encoder.encode(message).decode().replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def decode_message(body: str | bytes) -> QueueMessage:
    """Read a body back.

    Raises:
        QueueMessageError: the body is no JSON, or neither a notification nor a wake-up.
    """
    try:
        message: QueueMessage = _decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise QueueMessageError(f"neither a notification nor a wake-up: {error}") from None
    return message


def hop(seconds: float) -> int:
    """DelaySeconds for this wait, or for the first part of it. Rounded up: what comes too early has to go
    back."""
    return min(MAX_DELAY, max(0, ceil(seconds)))
