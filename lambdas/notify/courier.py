"""One receiver's messages of one invocation: each is told, put off, or set aside."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from eventcore.backoff import Backoff
from eventcore.queue_message import NotificationMessage, QueueMessageError, WakeUp, decode_message
from lambdas.common.observability import count, logger
from lambdas.common.time_budget import NoTimeLeftError, TimeBudget
from lambdas.notify import schedule
from lambdas.notify.channels.channel import Channel
from lambdas.notify.channels.outcomes import Delivered, Outcome, Rejected, Throttled, Unreachable
from lambdas.notify.ledger import Claim, Ledger, Refusal
from lambdas.notify.receiver_queue import ReceiverQueue


class Incoming(NamedTuple):
    """One message from a receiver's queue."""

    id: str
    queue_arn: str
    body: str
    receipt_handle: str
    receives: int = 1
    """How often it was received, this time included."""
    redriven: bool = False
    """It was in the dead-letter queue, and somebody has put it back."""


class Fate(Enum):
    """What became of a message; the value is the metric's name. All but the last are done with."""

    DELIVERED = "Delivered"
    DUPLICATE = "Duplicates"
    THROTTLED = "Throttled"
    UNREACHABLE = "Unreachable"
    REJECTED = "Rejected"
    EXPIRED = "Expired"
    POISON = "Poison"
    STALE_WAKE_UP = "StaleWakeUps"
    FAILED = "Failed"
    """Not handled: SQS shall deliver it again."""


_REFUSED: Mapping[Refusal, Fate] = {
    "delivered": Fate.DUPLICATE,
    "superseded": Fate.DUPLICATE,
    "claimed": Fate.FAILED,  # until the lease ends, nobody knows whether the other one will manage
}


class Courier:
    """Carries messages to one receiver. What one message learns about the channel holds for those behind it:
    a channel that throttles or hangs is asked once per invocation, not once per message."""

    def __init__(
        self,
        *,
        receiver: str,
        channel: Channel,
        queue: ReceiverQueue,
        ledger: Ledger,
        budget: TimeBudget,
        invocation: str,
        now: Callable[[], float] = time.time,
        backoff: Backoff = schedule.UNREACHABLE,
    ) -> None:
        self._receiver = receiver
        self._channel = channel
        self._queue = queue
        self._ledger = ledger
        self._budget = budget
        self._invocation = invocation
        self._now = now
        self._backoff = backoff
        self._hold: Throttled | Unreachable | None = None

    def carry(self, incoming: Incoming) -> Fate:
        """Handle one message.

        Raises:
            ClientError, BotoCoreError: DynamoDB or SQS failed, so SQS has to deliver the message again.
        """
        try:
            message = decode_message(incoming.body)
        except QueueMessageError as error:
            self._queue.set_aside(incoming.body, code="poison", reason=str(error))
            logger.warning("poison set aside", receiver=self._receiver, reason=str(error))
            return Fate.POISON
        if isinstance(message, WakeUp):
            return Fate.STALE_WAKE_UP  # there are no groups, so no timer can be current
        claim = self._ledger.claim(
            receiver=self._receiver,
            notification=message.notification.id,
            attempt=message.attempt,
            message_id=incoming.id,
            redriven=incoming.redriven,
            invocation=self._invocation,
            lease=self._budget.invocation.get_remaining_time_in_millis() / 1000,
        )
        if isinstance(claim, Claim):
            return self._tell(incoming, message, claim)
        if claim == "claimed":
            self._queue.hide(incoming.receipt_handle, seconds=schedule.hide(incoming.receives))
        return _REFUSED[claim]

    def _tell(self, incoming: Incoming, message: NotificationMessage, claim: Claim) -> Fate:
        now = self._now()
        if now >= message.deliver_by.timestamp():
            return self._expire(incoming, message, claim, "it came too late to be tried")
        if claim.not_before > now + 1:  # SQS counts whole seconds
            self._put_off(message, claim, until=claim.not_before)
            return Fate.THROTTLED
        outcome = self._ask(message)
        log = self._fields(message)
        match outcome:
            case Delivered():
                logger.info("delivered", extra=log)
                self._record(claim)
                return Fate.DELIVERED
            case Rejected(code=code, reason=reason):
                logger.warning("rejected", extra=log | {"code": code, "reason": reason})
                self._queue.set_aside(incoming.body, code=code, reason=reason)
                self._ledger.set_aside(claim)
                return Fate.REJECTED
            case Throttled() | Unreachable():
                self._hold = outcome
                logger.warning("not now", extra=log | {"outcome": str(outcome)})
                return self._later(incoming, message, claim, outcome)

    def _ask(self, message: NotificationMessage) -> Outcome:
        if self._hold is not None:
            return self._hold
        try:
            outcome = self._channel.deliver(message.notification, self._budget)
        except NoTimeLeftError as error:
            return Unreachable(str(error))
        if isinstance(outcome, Unreachable) and outcome.misconfigured:
            count("Misconfigured", 1)
            logger.error("a setting has to be repaired", reason=outcome.reason, receiver=self._receiver)
        return outcome

    def _record(self, claim: Claim) -> None:
        try:
            self._ledger.delivered(claim)
        except (BotoCoreError, ClientError) as error:
            # It was told. To have it delivered again would surely tell it twice; to be done with it, only if
            # yet another copy comes.
            count("Unrecorded", 1)
            logger.error("delivery not recorded", record=claim.key, error=str(error))

    def _later(
        self,
        incoming: Incoming,
        message: NotificationMessage,
        claim: Claim,
        outcome: Throttled | Unreachable,
    ) -> Fate:
        until = self._now() + schedule.wait(outcome, attempt=message.attempt, backoff=self._backoff)
        if until >= message.deliver_by.timestamp():
            last = outcome.reason if isinstance(outcome, Unreachable) else "the channel asked to slow down"
            return self._expire(incoming, message, claim, last)
        self._put_off(message, claim, until=until)
        return Fate.UNREACHABLE if isinstance(outcome, Unreachable) else Fate.THROTTLED

    def _put_off(self, message: NotificationMessage, claim: Claim, *, until: float) -> None:
        """First the copy, then the record that it takes over. If we die in between, the original comes again
        and may make a second copy of the same attempt; whichever comes first leaves the others superseded."""
        copy = self._queue.send_copy(message, delay=schedule.hop(until - self._now()))
        self._ledger.put_off(claim, attempt=copy.attempt, not_before=until)

    def _expire(self, incoming: Incoming, message: NotificationMessage, claim: Claim, last: str) -> Fate:
        reason = f"not delivered by {message.deliver_by:%Y-%m-%d %H:%M:%S} UTC: {last}"
        logger.warning("expired", extra=self._fields(message) | {"reason": reason})
        self._queue.set_aside(incoming.body, code="expired", reason=reason)
        self._ledger.set_aside(claim)
        return Fate.EXPIRED

    def _fields(self, message: NotificationMessage) -> dict[str, object]:
        return {
            "receiver": self._receiver,
            "notification": message.notification.id,
            "attempt": message.attempt,
        }
