"""Groups are read, merged and put back under their version, each timer's wake-up before the state that needs
it: docs/decisions/0017.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from eventcore.backoff import Backoff
from eventcore.grouping.encoding import StateError
from eventcore.grouping.timer import OVERDUE, overdue
from eventcore.queue_message import encode_message, hop
from lambdas.common.aws_calls import ONE_TRY_SECONDS
from lambdas.common.state_table import KEPT, StateTable
from lambdas.common.time_budget import NoTimeLeftError, TimeBudget
from lambdas.filter_events.outbox import Entry, Fate, Outbox, Sending
from lambdas.filter_events.tasks import Change, Items, Task, Timer

MAX_FAILURES = 5
"""Of the table in a row; with the back-off between them some 3 s. Then the records are left to the event
source mapping's retries. Conflicts are tried again until the time is over: somebody succeeds in each."""

MAX_REMINDED = 10_000
"""Groups of which is remembered when their wake-up was sent once more."""

PASSING = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
    }
)
"""Codes of DynamoDB that another try may not see again. Others, such as a missing table or right, stay."""

IMPOSSIBLE = "ValidationException"
"""DynamoDB's code for an item that it will never take, such as one over 400 KB. Ours are bounded, a group by
grouping/member.py and sources by MAX_OBJECTS, so it should never come; if it does, nothing else waits."""


class Unfinished(NamedTuple):
    """What could not be done."""

    task: Task
    reason: str


class Recorded(NamedTuple):
    """What became of the tasks."""

    later: tuple[Unfinished, ...]
    """Not now: the records have to come again."""
    never: tuple[Unfinished, ...]
    """A queue does not take the wake-up, or the item is of another release, or the table does not take it: no
    retry can help."""
    counts: Counter[str]
    """Metrics."""


class GroupStore:
    """Does tasks, each by one successful write at most."""

    def __init__(
        self,
        table: StateTable,
        outbox: Outbox,
        *,
        queues: Mapping[str, str],
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        backoff: Backoff | None = None,
    ) -> None:
        """`queues` are URLs by receiver. The clients of `table` and `outbox` make one try only (ONE_TRY)."""
        self._table = table
        self._outbox = outbox
        self._queues = queues
        self._now = now
        self._sleep = sleep
        self._backoff = backoff or Backoff(base=0.2, cap=2.0)
        self._reminded: dict[str, float] = {}

    def record(self, tasks: Sequence[Task], *, now: float, budget: TimeBudget) -> Recorded:
        """Do the tasks. Never raises for what AWS does.

        `now` is one moment for all of them and for each attempt, so what is merged again has the same timer
        unless somebody else has changed it, and its wake-up need not be sent again.
        """
        recording = _Recording(self._table, self._send, self._may_remind, now, budget)
        waiting, attempt, failures = list(tasks), 0, 0
        while True:
            waiting, problem = recording.attempt(waiting)
            if not waiting:
                return recording.result()
            attempt += 1
            failures = failures + 1 if problem else 0
            delay = self._backoff.delay(attempt)
            if (problem and problem.lasting) or failures == MAX_FAILURES:
                return recording.result(waiting, problem)
            if not budget.allows(delay + 2 * ONE_TRY_SECONDS):
                return recording.result(waiting, problem or _Problem("others write them all the time"))
            self._sleep(delay)

    def _may_remind(self, key: str) -> bool:
        """Not of each event, while the receiver's queue is only slow."""
        return self._now() >= self._reminded.get(key, -OVERDUE) + OVERDUE

    def _send(self, timers: Sequence[Timer], budget: TimeBudget) -> list[Sending]:
        sendings = self._outbox.send([self._entry(timer) for timer in timers], budget)
        now = self._now()
        for timer, sending in zip(timers, sendings, strict=True):
            if sending.fate is Fate.SENT and overdue(timer.wake_up.due, now):
                if len(self._reminded) >= MAX_REMINDED:
                    self._reminded.clear()
                self._reminded[timer.wake_up.key] = now
        return sendings

    def _entry(self, timer: Timer) -> Entry:
        delay = hop(timer.wake_up.due - self._now())
        return Entry(self._queues[timer.receiver], encode_message(timer.wake_up), delay)


class _Problem(NamedTuple):
    """Why the table could not be asked, or not for all."""

    reason: str
    lasting: bool = True
    """Another try would see it again."""


class _Ready(NamedTuple):
    """A task whose next state is known."""

    task: Task
    change: Change


class _Recording:
    """One batch's tasks: attempts, and what has become of them so far."""

    def __init__(
        self,
        table: StateTable,
        send: Callable[[Sequence[Timer], TimeBudget], list[Sending]],
        may_remind: Callable[[str], bool],
        now: float,
        budget: TimeBudget,
    ) -> None:
        self._table = table
        self._send = send
        self._may_remind = may_remind
        self._now = now
        self._budget = budget
        self._sent: set[Timer] = set()
        self._later: list[Unfinished] = []
        self._never: list[Unfinished] = []
        self._counts = Counter(dict.fromkeys(METRICS, 0))

    def attempt(self, tasks: Sequence[Task]) -> tuple[list[Task], _Problem | None]:
        """Those that are worth another attempt, and what was wrong with the table."""
        try:
            items = self._table.read({key for task in tasks for key in task.reads}, self._budget)
        except (BotoCoreError, ClientError, NoTimeLeftError) as error:
            return list(tasks), _problem(error)
        return self._write(self._with_timers(self._ready(tasks, items)))

    def result(self, unfinished: Sequence[Task] = (), problem: _Problem | None = None) -> Recorded:
        """What has become of the tasks."""
        reason = problem.reason if problem else ""
        later = [*self._later, *(Unfinished(task, reason) for task in unfinished)]
        return Recorded(tuple(later), tuple(self._never), self._counts)

    def _ready(self, tasks: Sequence[Task], items: Items) -> list[_Ready]:
        ready: list[_Ready] = []
        for task in tasks:
            try:
                change = task.change(items, now=self._now)
            except StateError as error:
                self._never.append(Unfinished(task, f"{task.key} cannot be read: {error}"))
                continue
            if change:
                ready.append(_Ready(task, change))
        return ready

    def _with_timers(self, ready: Sequence[_Ready]) -> list[_Ready]:
        """Those whose wake-up, if they have a new one, is in its queue."""
        timers = [
            timer
            for _, change in ready
            if (timer := change.timer) is not None
            and timer not in self._sent
            and (not change.reminds or self._may_remind(change.key))
        ]
        sendings = dict(zip(timers, self._send(timers, self._budget), strict=True))
        kept: list[_Ready] = []
        for each in ready:
            sending = sendings.get(each.change.timer) if each.change.timer else None
            if sending is None or sending.fate is Fate.SENT:
                kept.append(each)
            elif sending.fate is Fate.LATER:
                self._later.append(Unfinished(each.task, f"its wake-up was not sent: {sending.reason}"))
            else:
                self._never.append(Unfinished(each.task, f"its wake-up was refused: {sending.reason}"))
        self._sent.update(timer for timer, sending in sendings.items() if sending.fate is Fate.SENT)
        for sending in sendings.values():
            self._counts[_WAKE_UPS[sending.fate]] += 1
        return kept

    def _write(self, ready: Sequence[_Ready]) -> tuple[list[Task], _Problem | None]:
        left: list[Task] = []
        problem: _Problem | None = None
        for position, (task, change) in enumerate(ready):
            try:
                self._budget.require(ONE_TRY_SECONDS)
                written = self._table.write(
                    change.key, change.state, version=change.version, expires=change.needed + KEPT
                )
            except (BotoCoreError, ClientError, NoTimeLeftError) as error:
                if _code(error) == IMPOSSIBLE:
                    self._never.append(Unfinished(task, f"{task.key} cannot be written: {error}"))
                    continue
                problem = _problem(error)
                if problem.lasting or isinstance(error, BotoCoreError):
                    # What is missing is missing for all, and what hangs would hang each time.
                    return [*left, *(each.task for each in ready[position:])], problem
                left.append(task)
                continue
            if written:
                self._counts[task.written_as] += 1
                self._counts["OldEvents"] += change.old
            else:
                self._counts["GroupConflicts"] += 1
                left.append(task)
        return left, problem


_WAKE_UPS: Mapping[Fate, str] = {
    Fate.SENT: "WakeUpsSent",
    Fate.LATER: "WakeUpsDelayed",
    Fate.REFUSED: "WakeUpsRefused",
}

METRICS = ("GroupsWritten", "SourcesWritten", "GroupConflicts", "OldEvents", *_WAKE_UPS.values())
"""What is counted, also where it is zero."""


def _problem(error: Exception) -> _Problem:
    code = _code(error)
    lasting = code not in PASSING if code else isinstance(error, NoTimeLeftError)
    return _Problem(str(error), lasting=lasting)


def _code(error: Exception) -> str:
    """DynamoDB's, "" for an error that is not its answer."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
