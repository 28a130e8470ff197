"""From a batch to messages in queues, and to what is set aside and what has to come again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from eventcore.wire import encode
from lambdas.common.aws_calls import ONE_TRY_SECONDS
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.observability import count, logger
from lambdas.common.records import Batch, Poison, Received
from lambdas.common.time_budget import Invocation, TimeBudget
from lambdas.filter_events.heartbeats import Heartbeats
from lambdas.filter_events.notifying import Notifier, Outgoing
from lambdas.filter_events.outbox import Fate, Outbox, Sending

ANSWER_SECONDS = 1.0
"""Kept back for the metrics and the answer."""

DEAD_LETTER_SECONDS = ANSWER_SECONDS + ONE_TRY_SECONDS + 1.0
"""Kept back from sending, so that poison is still set aside while a queue cannot be reached: one try that
hangs, or many that do not."""


class _Asked(NamedTuple):
    """A message, and the record that asks for it."""

    received: Received
    message: Outgoing


class Filter:
    """Tells each receiver what the rules have for it."""

    def __init__(
        self,
        *,
        notifier: Notifier,
        outbox: Outbox,
        dead_letters: DeadLetters,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._notifier = notifier
        self._outbox = outbox
        self._dead_letters = dead_letters
        self._clock = clock
        self._heartbeats = Heartbeats()

    def filter(self, batch: Batch, invocation: Invocation) -> frozenset[str]:
        """Queue the batch's messages; returns the ids of the records that are neither told nor set aside."""
        now = self._clock()
        self._heartbeats.count(batch.heartbeats, now=now)
        asked = list(self._asked(batch, now))
        sendings = self._outbox.send(
            [each.message for each in asked], TimeBudget(invocation, reserve=DEAD_LETTER_SECONDS)
        )
        _report(asked, sendings)
        later = frozenset(
            each.received.record.id
            for each, sending in zip(asked, sendings, strict=True)
            if sending.fate is Fate.LATER
        )
        return later | self._dead_letters.write(
            [*batch.poison, *_refused(asked, sendings)], TimeBudget(invocation, reserve=ANSWER_SECONDS)
        )

    def _asked(self, batch: Batch, now: datetime) -> Iterator[_Asked]:
        dropped = 0
        for received in batch.events:
            kept = self._notifier.classify(received.event)
            if kept is None:
                dropped += 1
                continue
            for message in self._notifier.messages(kept, now=now):
                yield _Asked(received, message)
        count("EventsDropped", dropped)


def _refused(asked: Sequence[_Asked], sendings: Sequence[Sending]) -> Iterator[Poison]:
    """One dead letter per record, however many queues refused it; it holds the record, not the message."""
    reasons: dict[str, list[str]] = {}
    received: dict[str, Received] = {}
    for each, sending in zip(asked, sendings, strict=True):
        if sending.fate is Fate.REFUSED:
            received[each.received.record.id] = each.received
            reasons.setdefault(each.received.record.id, []).append(
                f"{each.message.queue_url} refused it: {sending.reason}"
            )
    for record_id, (record, event) in received.items():
        yield Poison(record, encode(event), "; ".join(reasons[record_id]))


def _report(asked: Sequence[_Asked], sendings: Sequence[Sending]) -> None:
    counted = Counter(sending.fate for sending in sendings)
    count("NotificationsQueued", counted[Fate.SENT])
    count("NotificationsDelayed", counted[Fate.LATER])
    count("NotificationsRefused", counted[Fate.REFUSED])
    reasons = Counter(
        (each.message.queue_url, sending.reason)
        for each, sending in zip(asked, sendings, strict=True)
        if sending.fate is Fate.LATER
    )
    for (queue_url, reason), messages in reasons.most_common(3):
        logger.error("messages not queued", queue=queue_url, messages=messages, reason=reason)
