"""Puts messages into queues with SendMessageBatch, and finds out for each what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from eventcore.backoff import Backoff
from eventcore.batching import batches
from lambdas.common.aws_calls import ONE_TRY_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from lambdas.common.time_budget import TimeBudget

MAX_ENTRIES = 10
"""SQS: entries of one SendMessageBatch."""

MAX_BYTES = 256 * 1024
"""Of one call together, and so of one message. SQS takes 1 MiB since 2025; older partitions take this."""

MAX_ATTEMPTS = 5
"""About 3 s of back-off in all; then the records are left to the event source mapping's retries."""

REFUSALS = frozenset({"InvalidMessageContents", "InvalidParameterValue"})
"""Codes of entries that no retry can help: characters outside of XML's, or too long. SenderFault does not say
it, since being throttled is the sender's fault too."""


class Entry(NamedTuple):
    """A message for a queue, as SQS calls it in a batch."""

    queue_url: str
    body: str
    delay: int = 0
    """DelaySeconds, as `queue_message.hop` has them: notify sends the rest of a longer wait."""


class Fate(Enum):
    """What became of a message.

    SENT     the queue has it
    LATER    not now: throttled, unreachable, or the queue or our right to it is missing
    REFUSED  never: the queue does not take such a message
    """

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"


class Sending(NamedTuple):
    """A fate and, where there is one, the reason."""

    fate: Fate
    reason: str = ""


class Outbox:
    """Sends to any number of queues. Its client makes one try only (ONE_TRY): what to try again, and whether
    there is time, is decided here."""

    def __init__(
        self, sqs: SQSClient, *, backoff: Backoff | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._sqs = sqs
        self._backoff = backoff or Backoff(base=0.5, cap=5.0)
        self._sleep = sleep

    def send(self, messages: Sequence[Entry], budget: TimeBudget) -> list[Sending]:
        """One result for each message, in their order. Never raises for what a queue or a network does."""
        results = [_check(message) for message in messages]
        by_queue: dict[str, list[int]] = {}
        for position, message in enumerate(messages):
            if results[position].fate is Fate.LATER:
                by_queue.setdefault(message.queue_url, []).append(position)
        for queue_url, positions in by_queue.items():
            entries = {position: messages[position] for position in positions}
            for position, result in self._send_to(queue_url, entries, budget):
                results[position] = result
        return results

    def _send_to(
        self, queue_url: str, entries: Mapping[int, Entry], budget: TimeBudget
    ) -> Iterator[tuple[int, Sending]]:
        """Results as they are known; a later one for the same message counts."""
        waiting = list(entries)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            results: dict[int, Sending] = {}
            for group in batches(
                waiting,
                size=lambda each: len(entries[each].body.encode()),
                max_items=MAX_ENTRIES,
                max_bytes=MAX_BYTES,
            ):
                if budget.allows(ONE_TRY_SECONDS):
                    results.update(self._call(queue_url, {each: entries[each] for each in group}))
            yield from results.items()
            waiting = [each for each in waiting if results.get(each, Sending(Fate.LATER)).fate is Fate.LATER]
            delay = self._backoff.delay(attempt)
            if not waiting or attempt == MAX_ATTEMPTS or not budget.allows(delay + ONE_TRY_SECONDS):
                return
            self._sleep(delay)

    def _call(self, queue_url: str, entries: Mapping[int, Entry]) -> dict[int, Sending]:
        try:
            answer = self._sqs.send_message_batch(
                QueueUrl=queue_url,
                Entries=[
                    {"Id": str(each), "MessageBody": entry.body, "DelaySeconds": entry.delay}
                    for each, entry in entries.items()
                ],
            )
        except (BotoCoreError, ClientError) as error:
            return dict.fromkeys(entries, Sending(Fate.LATER, str(error)))
        results = {int(entry["Id"]): Sending(Fate.SENT) for entry in answer.get("Successful", [])}
        for entry in answer.get("Failed", []):
            code = entry["Code"].rpartition(".")[2]
            fate = Fate.REFUSED if code in REFUSALS else Fate.LATER
            results[int(entry["Id"])] = Sending(fate, f"{code}: {entry.get('Message', '')}")
        return results


def _check(message: Entry) -> Sending:
    size = len(message.body.encode())
    if size > MAX_BYTES:
        return Sending(Fate.REFUSED, f"{size} bytes, and a queue takes {MAX_BYTES}")
    return Sending(Fate.LATER, "no time left")
