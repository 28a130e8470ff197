"""A dead-letter queue, read without taking anything out of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from kube_events.dead_letters import subject
from kube_events.dead_letters.letter import Letter, Place
from kube_events.deployment import asking

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueOutputTypeDef, MessageTypeDef

MAX_LOOKED_AT = 5_000
"""Messages of one queue that a look goes through."""

LOOK_SECONDS = 60.0
"""For which a look goes on. What it has seen stays hidden until it ends, or for LOOK_HOLD if it is killed."""

LOOK_HOLD = 90

_AT_ONCE = 10
"""SQS: messages of one ReceiveMessage, entries of one batch."""

_GIVEN_UP = "received-too-often"
"""Our word for what SQS itself moved here, which says nothing."""

_EMPTY_POLLS = 2
"""Long polls that have to find nothing where SQS' own count, which lags behind, says there is something."""


class Counts(NamedTuple):
    """As SQS guesses them."""

    arn: str
    visible: int
    hidden: int
    """Somebody has received them a moment ago."""
    clock: datetime
    """SQS' own."""


class Held(NamedTuple):
    """A message that is hidden from others until it is released, deleted, or its time is over."""

    letter: Letter
    handle: str
    attributes: Mapping[str, MessageAttributeValueOutputTypeDef]


class Looked(NamedTuple):
    """What was found."""

    letters: tuple[Letter, ...]
    about: int
    """Messages in the queue, as SQS guesses."""
    hidden: int
    """Of these: hidden when the look began, so that it cannot have seen them."""
    whole: bool
    """Whether it went on until SQS had nothing more to show."""


class DeadQueue:
    """One dead-letter queue. Every method raises AwsError if SQS does not do what it is asked."""

    def __init__(self, sqs: SQSClient, *, name: str, url: str, place: Place, owner: str) -> None:
        self.name = name
        self.place = place
        self.owner = owner
        self._sqs = sqs
        self._url = url
        self._what = f"the queue {name}"

    def look(self, *, limit: int = MAX_LOOKED_AT, clock: Callable[[], float] = time.monotonic) -> Looked:
        """Everything in it, each message once. Afterwards it is as it was, but for the receive counts."""
        counts, began = self.counts(), clock()
        found: dict[str, Held] = {}
        whole = True
        try:
            for batch in self.receive(hold=LOOK_HOLD):
                found |= {held.letter.id: held for held in batch}
                if len(found) >= limit or clock() - began > LOOK_SECONDS:
                    whole = False
                    break
        finally:
            self.release(list(found.values()))
        letters = sorted((held.letter for held in found.values()), key=lambda each: each.at)
        return Looked(tuple(letters), counts.visible + counts.hidden, counts.hidden, whole)

    def receive(self, *, hold: int) -> Iterator[list[Held]]:
        """Batches of what is visible, until there is nothing more. Each stays hidden for `hold` seconds.

        SQS asks only some of its servers at a time, so one empty answer means little.
        """
        empty = 0
        while True:
            with asking(self._what):
                answer = self._sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=_AT_ONCE,
                    VisibilityTimeout=hold,
                    WaitTimeSeconds=1 if empty else 0,
                    MessageAttributeNames=["All"],
                    MessageSystemAttributeNames=["SentTimestamp"],
                )
            if messages := answer.get("Messages"):
                empty = 0
                yield [self._held(message) for message in messages]
            elif empty == _EMPTY_POLLS or not self.counts().visible:
                return
            else:
                empty += 1

    def counts(self) -> Counts:
        """How many there are."""
        with asking(self._what):
            answer = self._sqs.get_queue_attributes(
                QueueUrl=self._url,
                AttributeNames=[
                    "QueueArn",
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",
                ],
            )
        found = answer["Attributes"]
        return Counts(
            found["QueueArn"],
            int(found["ApproximateNumberOfMessages"]),
            int(found["ApproximateNumberOfMessagesNotVisible"]),
            _date(answer["ResponseMetadata"]["HTTPHeaders"].get("date", "")),
        )

    def release(self, held: Sequence[Held]) -> None:
        """Let others see them again at once."""
        for first in range(0, len(held), _AT_ONCE):
            entries = [
                {"Id": str(number), "ReceiptHandle": each.handle, "VisibilityTimeout": 0}
                for number, each in enumerate(held[first : first + _AT_ONCE])
            ]
            with asking(self._what):
                # Those for which it fails come back by themselves.
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)  # type: ignore[arg-type]

    def delete(self, held: Held) -> None:
        """Take it out."""
        with asking(self._what):
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=held.handle)

    def _held(self, message: MessageTypeDef) -> Held:
        attributes = message.get("MessageAttributes", {})
        code, reason = _why(attributes)
        sent = int(message["Attributes"]["SentTimestamp"]) / 1000
        about = subject.of_message if self.place == "receiver-queue" else subject.of_envelope
        letter = Letter(
            self.place,
            self.owner,
            message["MessageId"],
            datetime.fromtimestamp(sent, UTC),
            code,
            reason,
            about(message["Body"]),
            message["Body"],
        )
        return Held(letter, message["ReceiptHandle"], attributes)


def _why(attributes: Mapping[str, MessageAttributeValueOutputTypeDef]) -> tuple[str, str]:
    """Code and reason, as notify says them, or as EventBridge does ("Using dead-letter queues")."""
    said = {name: value.get("StringValue", "") for name, value in attributes.items()}
    if "code" in said:
        return said["code"], said.get("reason", "")
    if "ERROR_CODE" in said:
        return said["ERROR_CODE"], said.get("ERROR_MESSAGE", "")
    return _GIVEN_UP, "SQS gave it up: the function received it again and again and was never done with it"


def _date(header: str) -> datetime:
    try:
        return parsedate_to_datetime(header)
    except ValueError:
        return datetime.now(UTC)
