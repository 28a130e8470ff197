"""Where messages of dead-letter queues belong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import msgspec

from eventcore.queue_message import NotificationMessage, QueueMessageError, decode_message, encode_message
from kube_events.dead_letters.queue import Held
from kube_events.deployment import Deployment, asking

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_sqs import SQSClient

TELL_WITHIN = timedelta(hours=24)
"""What a message gets that expired: as much as a new one."""

LEAST = timedelta(hours=1)
"""With less left, a message that is put back might expire before its channel is asked twice."""


class Unusable(Exception):
    """Nobody can take this message. The text says why."""


class Target(Protocol):
    """What takes them."""

    def take(self, held: Held) -> bool:
        """Take one; whether it was changed.

        Raises:
            Unusable: it cannot be taken.
            AwsError: AWS does not do what it is asked.
        """


class QueueTarget:
    """The queue that the message came from."""

    def __init__(self, sqs: SQSClient, *, name: str, url: str, now: Callable[[], datetime]) -> None:
        self.url = url
        self._sqs = sqs
        self._what = f"the queue {name}"
        self._now = now

    def take(self, held: Held) -> bool:
        """With the attributes that it had: by them the function knows it as one that comes back."""
        body = renewed(held.letter.body, now=self._now())
        with asking(self._what):
            self._sqs.send_message(
                QueueUrl=self.url,
                MessageBody=body or held.letter.body,
                MessageAttributes={
                    name: {key: value[key] for key in _SENT if key in value}  # type: ignore[literal-required,misc]
                    for name, value in held.attributes.items()
                },
            )
        return body is not None


_SENT = ("DataType", "StringValue", "BinaryValue")


class ArchiveTarget:
    """Firehose, which gets what EventBridge's rule would have handed it: the record without its envelope."""

    def __init__(self, deployment: Deployment) -> None:
        with asking("AWS configuration"):
            self._client: FirehoseClient = deployment.session.client("firehose")
        self._name = deployment.archive

    def take(self, held: Held) -> bool:
        """As it would have come."""
        try:
            detail = json.loads(held.letter.body)["detail"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Unusable("no EventBridge event with a `detail`") from None
        data = json.dumps(detail, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        with asking(f"the delivery stream {self._name}"):
            self._client.put_record(DeliveryStreamName=self._name, Record={"Data": data})
        return False


def renewed(body: str, *, now: datetime) -> str | None:
    """The message with a new `deliverBy`; None if it needs none."""
    try:
        message = decode_message(body)
    except QueueMessageError:
        return None
    if not isinstance(message, NotificationMessage) or message.deliver_by >= now + LEAST:
        return None
    return encode_message(msgspec.structs.replace(message, deliver_by=now + TELL_WITHIN))
