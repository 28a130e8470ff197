"""A batch of queue messages is delivered, each to the receiver whose queue it came from."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from eventcore.backoff import Backoff
from eventcore.grouping.encoding import StateError
from eventcore.queue_message import QueueMessageError, WakeUp, decode_message
from lambdas.common.observability import count, logger
from lambdas.common.time_budget import TimeBudget
from lambdas.notify import schedule
from lambdas.notify.alarm_clock import AlarmClock
from lambdas.notify.courier import Courier
from lambdas.notify.digest_keeper import DigestKeeper
from lambdas.notify.digest_timer import DigestTimer
from lambdas.notify.fate import Fate, Incoming
from lambdas.notify.gate import Gate
from lambdas.notify.group_timer import GroupTimer, Surroundings
from lambdas.notify.limiter import Limiter
from lambdas.notify.receiver_queue import ReceiverQueue
from lambdas.notify.waker import Waker

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from lambdas.common.receivers import AnyReceiver
    from lambdas.notify.channels.channel import Channel
    from lambdas.notify.channels.registry import Channels
    from lambdas.notify.ledger import Ledger


class _Address:
    """A receiver with its channel and its queues, made once per execution environment."""

    def __init__(self, name: str, receiver: AnyReceiver, channels: Channels, sqs: SQSClient) -> None:
        self.name = name
        self.receiver = receiver
        self.channel: Channel = channels.channel_of(receiver)
        self.queue = ReceiverQueue(
            sqs, url=receiver.queue_url, dead_letters_url=receiver.dead_letter_queue_url
        )


class _Desk(NamedTuple):
    """Who handles one receiver's messages in one invocation."""

    receiver: str
    queue: ReceiverQueue
    courier: Courier
    waker: Waker

    def handle(self, incoming: Incoming) -> tuple[Fate, ...]:
        """Whatever it is. What can never be handled is set aside, loudly."""
        try:
            message = decode_message(incoming.body)
            if isinstance(message, WakeUp):
                return self.waker.wake(incoming, message)
        except (QueueMessageError, StateError) as error:
            self.queue.set_aside(incoming.body, code="poison", reason=str(error))
            logger.error("poison set aside", receiver=self.receiver, reason=str(error))
            return (Fate.POISON,)
        return (self.courier.carry(incoming, message),)


class Delivery:
    """Takes batches of messages to their receivers."""

    def __init__(
        self,
        *,
        receivers: Mapping[str, AnyReceiver],
        channels: Channels,
        ledger: Ledger,
        surroundings: Surroundings,
        sqs: SQSClient,
        now: Callable[[], float] = time.time,
        backoff: Backoff = schedule.UNREACHABLE,
    ) -> None:
        """
        Raises:
            UnknownChannelError: a receiver is of a type that nothing here speaks to.
        """
        self._by_queue = {
            receiver.queue_arn: _Address(name, receiver, channels, sqs)
            for name, receiver in receivers.items()
        }
        self._ledger = ledger
        self._surroundings = surroundings
        self._limiter = Limiter(surroundings.table, now=now)
        self._now = now
        self._backoff = backoff

    def deliver(self, batch: Sequence[Incoming], *, budget: TimeBudget, invocation: str) -> frozenset[str]:
        """Handle every message; returns the ids of those that SQS has to deliver again.

        Messages are independent: what one of them runs into never takes another one along.
        """
        desks: dict[str, _Desk] = {}
        fates: dict[str, tuple[Fate, ...]] = dict.fromkeys(
            (incoming.id for incoming in batch), (Fate.FAILED,)
        )
        for incoming in batch:
            desk = desks.get(incoming.queue_arn) or self._desk(incoming, budget, invocation)
            if desk is None:
                continue
            desks[incoming.queue_arn] = desk
            fates[incoming.id] = _handled(desk, incoming)
        totals = Counter(fate for several in fates.values() for fate in several)
        for fate in Fate:
            count(fate.value, totals[fate])
        return frozenset(message for message, several in fates.items() if Fate.FAILED in several)

    def _desk(self, incoming: Incoming, budget: TimeBudget, invocation: str) -> _Desk | None:
        address = self._by_queue.get(incoming.queue_arn)
        if address is None:
            # The mapping is newer than our configuration, or older. SQS delivers the message again for a day,
            # in which they come to agree; then it is in the dead-letter queue.
            logger.error("no receiver has this queue", queue=incoming.queue_arn, known=sorted(self._by_queue))
            return None
        table, now = self._surroundings.table, self._now
        alarm_clock = AlarmClock(address.queue, now=now)
        gate = Gate(
            channel=address.channel,
            per_minute=address.receiver.messages_per_minute,
            limiter=self._limiter,
            budget=budget,
            now=now,
        )
        courier = Courier(
            receiver=address.name,
            channel=address.channel,
            gate=gate,
            digest=DigestKeeper(receiver=address.name, table=table, alarm_clock=alarm_clock, now=now),
            queue=address.queue,
            ledger=self._ledger,
            budget=budget,
            invocation=invocation,
            now=now,
            backoff=self._backoff,
        )
        waker = Waker(
            groups=GroupTimer(
                self._surroundings,
                send_resolved=address.receiver.send_resolved,
                budget=budget,
                now=now,
            ),
            digests=DigestTimer(gate=gate, links=self._surroundings.links, now=now),
            table=table,
            courier=courier,
            queue=address.queue,
            alarm_clock=alarm_clock,
            now=now,
        )
        return _Desk(address.name, address.queue, courier, waker)


def _handled(desk: _Desk, incoming: Incoming) -> tuple[Fate, ...]:
    try:
        return desk.handle(incoming)
    except (BotoCoreError, ClientError) as error:
        logger.error("AWS did not take it", message_id=incoming.id, error=str(error))
    except Exception:  # noqa: BLE001 - a fault of ours in one message must not block those behind it
        logger.exception("fault", message_id=incoming.id)
    return (Fate.FAILED,)
