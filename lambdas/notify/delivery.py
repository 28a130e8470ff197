"""A batch of queue messages is delivered, each to the receiver whose queue it came from."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from eventcore.backoff import Backoff
from lambdas.common.observability import count, logger
from lambdas.common.time_budget import TimeBudget
from lambdas.notify import schedule
from lambdas.notify.courier import Courier, Fate, Incoming
from lambdas.notify.receiver_queue import ReceiverQueue

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
        self.channel: Channel = channels.channel_of(receiver)
        self.queue = ReceiverQueue(
            sqs, url=receiver.queue_url, dead_letters_url=receiver.dead_letter_queue_url
        )


class Delivery:
    """Takes batches of messages to their receivers."""

    def __init__(
        self,
        *,
        receivers: Mapping[str, AnyReceiver],
        channels: Channels,
        ledger: Ledger,
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
        self._now = now
        self._backoff = backoff

    def deliver(self, batch: Sequence[Incoming], *, budget: TimeBudget, invocation: str) -> frozenset[str]:
        """Handle every message; returns the ids of those that SQS has to deliver again.

        Messages are independent: what one of them runs into never takes another one along.
        """
        couriers: dict[str, Courier] = {}
        fates = dict.fromkeys((incoming.id for incoming in batch), Fate.FAILED)
        for incoming in batch:
            courier = couriers.get(incoming.queue_arn) or self._courier(incoming, budget, invocation)
            if courier is None:
                continue
            couriers[incoming.queue_arn] = courier
            fates[incoming.id] = _carried(courier, incoming)
        totals = Counter(fates.values())
        for fate in Fate:
            count(fate.value, totals[fate])
        return frozenset(message for message, fate in fates.items() if fate is Fate.FAILED)

    def _courier(self, incoming: Incoming, budget: TimeBudget, invocation: str) -> Courier | None:
        address = self._by_queue.get(incoming.queue_arn)
        if address is None:
            # The mapping is newer than our configuration, or older. SQS delivers the message again for a day,
            # in which they come to agree; then it is in the dead-letter queue.
            logger.error("no receiver has this queue", queue=incoming.queue_arn, known=sorted(self._by_queue))
            return None
        return Courier(
            receiver=address.name,
            channel=address.channel,
            queue=address.queue,
            ledger=self._ledger,
            budget=budget,
            invocation=invocation,
            now=self._now,
            backoff=self._backoff,
        )


def _carried(courier: Courier, incoming: Incoming) -> Fate:
    try:
        return courier.carry(incoming)
    except (BotoCoreError, ClientError) as error:
        logger.error("AWS did not take it", message_id=incoming.id, error=str(error))
    except Exception:  # noqa: BLE001 - a fault of ours in one message must not block those behind it
        logger.exception("fault", message_id=incoming.id)
    return Fate.FAILED
