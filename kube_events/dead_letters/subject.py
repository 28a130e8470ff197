"""What a dead letter is about, in a line."""

from __future__ import annotations

import json

from eventcore.event import Event
from eventcore.queue_message import NotificationMessage, QueueMessageError, decode_message
from eventcore.wire import WireError, decode_record

MAX = 120
"""Characters of what cannot be read."""


def of_message(body: str) -> str:
    """Of a message of a receiver's queue."""
    try:
        message = decode_message(body)
    except QueueMessageError:
        return _unreadable(body)
    return (
        message.notification.title if isinstance(message, NotificationMessage) else f"timer of {message.key}"
    )


def of_envelope(body: str) -> str:
    """Of a message in EventBridge's envelope."""
    try:
        detail = json.loads(body)["detail"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return _unreadable(body)
    return of_record(json.dumps(detail))


def of_record(text: str) -> str:
    """Of a record of the stream."""
    try:
        record = decode_record(text.encode("utf-8", "surrogatepass"))
    except WireError:
        return _unreadable(text)
    if not isinstance(record, Event):
        return f"heartbeat of {record.cluster.name}"
    involved = record.involved_object
    name = "/".join(filter(None, (involved.namespace, involved.name)))
    return f"{record.reason or record.type}: {involved.kind} {name} ({record.cluster.name})"


def _unreadable(text: str) -> str:
    return text if len(text) <= MAX else f"{text[:MAX]}…"
