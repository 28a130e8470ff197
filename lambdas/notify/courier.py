"""One receiver's notifications of one invocation: each is told, merged, put off, or set aside."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from eventcore.backoff import Backoff
from eventcore.queue_message import NotificationMessage, hop
from lambdas.common.observability import count, logger
from lambdas.common.time_budget import NoTimeLeftError, TimeBudget
from lambdas.notify import schedule
from lambdas.notify.channels.channel import Channel
from lambdas.notify.channels.outcomes import Delivered, Outcome, Rejected, Throttled, Unreachable
from lambdas.notify.digest_keeper import DigestKeeper
from lambdas.notify.fate import Fate, Incoming
from lambdas.notify.gate import Gate
from lambdas.notify.ledger import Claim, Ledger, Refusal
from lambdas.notify.limiter import Refused
from lambdas.notify.receiver_queue import ReceiverQueue

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
        gate: Gate,
        digest: DigestKeeper,
        queue: ReceiverQueue,
        ledger: Ledger,
        budget: TimeBudget,
        invocation: str,
        now: Callable[[], float] = time.time,
        backoff: Backoff = schedule.UNREACHABLE,
    ) -> None:
        self._receiver = receiver
        self._channel = channel
        self._gate = gate
        self._digest = digest
        self._queue = queue
        self._ledger = ledger
        self._budget = budget
        self._invocation = invocation
        self._now = now
        self._backoff = backoff
        self._hold: Throttled | Unreachable | None = None

    def carry(self, incoming: Incoming, message: NotificationMessage, *, reserved: bool = False) -> Fate:
        """Tell it once. `reserved`: a slot for it is taken already.

        Raises:
            ClientError, BotoCoreError: DynamoDB or SQS failed, so SQS has to deliver the message again.
        """
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
            return self._tell(incoming, message, claim, reserved=reserved)
        if claim == "claimed":
            self._queue.hide(incoming.receipt_handle, seconds=schedule.hide(incoming.receives))
        return _REFUSED[claim]

    def _tell(
        self, incoming: Incoming, message: NotificationMessage, claim: Claim, *, reserved: bool
    ) -> Fate:
        now = self._now()
        if now >= message.deliver_by.timestamp():
            return self._expire(incoming, message, claim, "it came too late to be tried")
        if claim.not_before > now + 1:  # SQS counts whole seconds
            self._put_off(message, claim, until=claim.not_before)
            return Fate.THROTTLED
        standing = self._digest.standing(message.notification.id) if self._mergeable(message) else "empty"
        if standing == "known":
            self._record(claim)
            return Fate.DUPLICATE
        if standing == "waiting":
            return self._merge(incoming, message, claim, until=now)
        return self._ask_and_settle(incoming, message, claim, reserved=reserved)

    def _ask_and_settle(
        self, incoming: Incoming, message: NotificationMessage, claim: Claim, *, reserved: bool
    ) -> Fate:
        outcome = self._ask(message, reserved=reserved)
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
            case Refused(until=until) if self._mergeable(message):
                return self._merge(incoming, message, claim, until=until)
            case Refused(until=until):
                return self._later(incoming, message, claim, Throttled(max(0.0, until - self._now())))
            case Throttled() | Unreachable():
                logger.warning("not now", extra=log | {"outcome": str(outcome)})
                return self._later(incoming, message, claim, outcome)

    def _mergeable(self, message: NotificationMessage) -> bool:
        """A digest joins no other one: its sums would be in both."""
        return self._gate.limited and not message.notification.parts

    def _merge(self, incoming: Incoming, message: NotificationMessage, claim: Claim, *, until: float) -> Fate:
        """First the digest, which has it from then on, then the record. If we die in between, the digest
        knows it when it comes again."""
        if not self._digest.join(message.notification, until=until):
            self._queue.hide(incoming.receipt_handle, seconds=schedule.hide(incoming.receives))
            return Fate.FAILED
        logger.info("merged", extra=self._fields(message))
        self._record(claim)
        return Fate.MERGED

    def _ask(self, message: NotificationMessage, *, reserved: bool) -> Outcome | Refused:
        if self._hold is not None:
            return self._hold
        try:
            refused = None if reserved and self._gate.still_holds() else self._gate.reserve()
            outcome = refused or self._channel.deliver(message.notification, self._budget)
        except NoTimeLeftError as error:
            outcome = Unreachable(str(error))
        match outcome:
            case Throttled(after=after) if self._gate.limited:
                self._gate.close(after)  # holds for those behind it, and for everybody else
            case Throttled():
                self._hold = outcome
            case Unreachable(misconfigured=misconfigured):
                self._hold = outcome
                if misconfigured:
                    count("Misconfigured", 1)
                    logger.error(
                        "a setting has to be repaired", reason=outcome.reason, receiver=self._receiver
                    )
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
        copy = self._queue.send_copy(message, delay=hop(until - self._now()))
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
