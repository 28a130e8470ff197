"""From a batch to groups and their timers, and to what is set aside and what has to come again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from eventcore.rules import Ruleset
from eventcore.wire import encode
from lambdas.common.aws_calls import ONE_TRY_SECONDS
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.observability import count, logger
from lambdas.common.records import Batch, Poison, Received
from lambdas.common.time_budget import Invocation, TimeBudget
from lambdas.filter_events.assignment import assign
from lambdas.filter_events.group_store import GroupStore, Recorded, Unfinished
from lambdas.filter_events.heartbeats import Heartbeats

ANSWER_SECONDS = 1.0
"""Kept back for the metrics and the answer."""

DEAD_LETTER_SECONDS = ANSWER_SECONDS + ONE_TRY_SECONDS + 1.0
"""Kept back from groups, so that poison is still set aside while the table or a queue cannot be reached: one
try that hangs, or many that do not."""


class Filter:
    """Puts events into the groups that the rules have for them."""

    def __init__(
        self,
        *,
        rules: Ruleset,
        groups: GroupStore,
        dead_letters: DeadLetters,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._rules = rules
        self._groups = groups
        self._dead_letters = dead_letters
        self._now = now
        self._heartbeats = Heartbeats()

    def filter(self, batch: Batch, invocation: Invocation) -> frozenset[str]:
        """Record the batch; returns the ids of the records that are neither in their groups nor set aside."""
        now = self._now()
        self._heartbeats.count(batch.heartbeats, now=datetime.fromtimestamp(now, UTC))
        assigned = assign(batch.events, self._rules, now=now)
        recorded = self._groups.record(
            assigned.tasks, now=now, budget=TimeBudget(invocation, reserve=DEAD_LETTER_SECONDS)
        )
        refused = {poison.record.id: poison for poison in _refused(recorded.never)}
        later = frozenset(record for task, _ in recorded.later for record in task.received)
        count("EventsDropped", assigned.dropped)
        count("EventsGrouped", len(assigned.grouped - later - refused.keys()))
        _report(recorded)
        return later | self._dead_letters.write(
            [*batch.poison, *refused.values()], TimeBudget(invocation, reserve=ANSWER_SECONDS)
        )


def _refused(never: Sequence[Unfinished]) -> Iterator[Poison]:
    """One dead letter per record, however many of its groups cannot be; it holds the record, which can be put
    back on the stream."""
    reasons: dict[str, list[str]] = {}
    received: dict[str, Received] = {}
    for task, reason in never:
        for record_id, each in task.received.items():
            received[record_id] = each
            reasons.setdefault(record_id, []).append(reason)
    for record_id, (record, event) in received.items():
        yield Poison(record, encode(event), "; ".join(reasons[record_id]))


def _report(recorded: Recorded) -> None:
    for name, value in recorded.counts.items():
        count(name, value)
    for reason, groups in Counter(reason for _, reason in recorded.later).most_common(3):
        logger.error("groups not written", groups=groups, reason=reason)
