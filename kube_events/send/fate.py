"""What became of a message that was put into a receiver's queue: the ledger of deliveries knows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import msgspec

from eventcore.grouping.digest import digest_key, knows_id
from eventcore.grouping.encoding import StateError, decode_digest
from eventcore.queue_message import NotificationMessage, QueueMessageError, decode_message
from kube_events.dead_letters.queue import DeadQueue
from kube_events.deployment import DEAD, Deployment, asking
from kube_events.progress import Progress

POLL_SECONDS = 1.0

State = Literal["delivered", "set-aside", "waiting"]


class Fate(NamedTuple):
    """How far it is."""

    state: State
    text: str


class Following:
    """One message."""

    def __init__(
        self,
        deployment: Deployment,
        receiver: str,
        notification_id: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            deployment: whose.
            receiver: whom the message is for.
            notification_id: of the message.
            sleep: waits for so many seconds.
            clock: seconds that only rise.
        """
        self._deployment = deployment
        self._receiver = receiver
        self._id = notification_id
        self._sleep = sleep
        self._clock = clock

    def until_settled(self, *, patience: float, progress: Progress) -> Fate:
        """Look until it is delivered or set aside, for at most `patience` seconds.

        Raises:
            AwsError: the table or the queue may not be read.
        """
        began = self._clock()
        while True:
            fate = self.now()
            left = began + patience - self._clock()
            if fate.state != "waiting" or left <= 0:
                return fate
            progress.at(fate.text)
            self._sleep(min(POLL_SECONDS, left))

    def now(self) -> Fate:
        """As it is at this moment."""
        item = self._item(f"delivery#{self._receiver}#{self._id}")
        match item.get("delivery", {}).get("S"):
            case "delivered":
                return self._in_digest() or Fate("delivered", "the channel has taken it")
            case "set-aside":
                return Fate("set-aside", self._refusal())
            case "waiting":
                until = datetime.fromtimestamp(float(item["not_before"]["N"]), UTC)
                return Fate(
                    "waiting",
                    f"put off until {until:%H:%M:%S} UTC: the channel asked to slow down, or could not be "
                    "reached; the log of the notify function says which",
                )
            case "in-progress":
                return Fate("waiting", "the notify function is at it")
            case _:
                return Fate(
                    "waiting",
                    "the notify function has not taken it yet: is its event source mapping enabled, and what "
                    "does its log say?",
                )

    def _in_digest(self) -> Fate | None:
        """For what was merged the ledger's part is done, but nobody has been told."""
        item = self._item(digest_key(self._receiver))
        try:
            digest = decode_digest(item["state"]["B"]) if "state" in item else None
        except StateError:
            return None
        if digest is None or not knows_id(digest, self._id):
            return None
        if knows_id(msgspec.structs.replace(digest, told=[]), self._id):
            until = f"{datetime.fromtimestamp(digest.due or 0.0, UTC):%H:%M:%S} UTC"
            return Fate("waiting", f"in the receiver's digest, which is told at {until}: the channel is full")
        if digest.outgoing is not None and digest.outgoing.notification.id != self._id:
            # The digest's own message is what has to arrive from here on.
            self._id = digest.outgoing.notification.id
            return self.now()
        return None

    def _refusal(self) -> str:
        name = self._deployment.receiver_queue(self._receiver) + DEAD
        queue = DeadQueue(
            self._deployment.sqs,
            name=name,
            url=self._deployment.queue_url(name),
            place="receiver-queue",
            owner=self._receiver,
        )
        for letter in reversed(queue.look().letters):
            if _id_of(letter.body) == self._id:
                return f"{letter.code}: {letter.reason}"
        return f"it lies in {name}, where somebody else reads at this moment"

    def _item(self, key: str) -> dict[str, Any]:
        with asking(f"the table {self._deployment.table}"):
            answer = self._deployment.dynamodb.get_item(
                TableName=self._deployment.table, Key={"pk": {"S": key}}, ConsistentRead=True
            )
        return dict(answer.get("Item", {}))


def _id_of(body: str) -> str:
    try:
        message = decode_message(body)
    except QueueMessageError:
        return ""
    return message.notification.id if isinstance(message, NotificationMessage) else ""
