"""A sender: takes batches from the buffer and does not let go of a record until it is settled, or until
somebody else leads: then it makes no further call."""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence

from eventcore.backoff import Backoff
from exporter.counts import Counts
from exporter.observe.pulse import Pulse
from exporter.ship.buffer import Buffer
from exporter.ship.errors import InvalidCall, Misconfigured, SinkError
from exporter.ship.record import Record
from exporter.ship.sink import Failure, Sink

logger = logging.getLogger(__name__)

SOON = Backoff(base=0.1, cap=10.0)
"""For a call that failed as a whole: an outage is asked about every ten seconds."""

BUSY = Backoff(base=0.1, cap=2.0)
"""For records that were refused while the service is there: a shard's second is over in a second."""

LATER = Backoff(base=5.0, cap=60.0)
"""What somebody has to repair is not repaired within seconds, and each attempt is a line in the log."""

QUIET_FAILURES = 3
"""In a row, before partial failures are worth a warning: a throttled record now and then is normal
operation."""


MOST = 0.5
"""Of a call's records. Where more are refused, the stream is as busy as if all had been, and several senders
that came again at once would send each record a dozen times until a shard takes it."""

CALL_SECONDS = 60.0
"""A call may take 5 s to connect and 15 s to answer (exporter/ship/aws.py), twice where it asks for
credentials first; the rest is for a machine that is short of CPU. A sender that is silent for longer is
stuck."""

OVERDUE = 0.2
"""Seconds until a leader whose Lease should have been renewed by now looks again."""


class Sender:
    """Sends one batch after the other until the buffer is closed and empty. Several may share a buffer."""

    def __init__(
        self,
        buffer: Buffer,
        sink: Sink,
        counts: Counts,
        pulse: Pulse,
        *,
        name: str = "sender",
        leads: Callable[[], bool] = lambda: True,
        pause: Callable[[float], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            buffer: where batches come from, and which is told what has been settled.
            sink: where they go.
            counts: of what was sent, retried and refused, and of calls.
            pulse: is told how long a call may take.
            name: of this sender, to the pulse.
            leads: asked before each call: whether it may be made.
            pause: waits for so many seconds, less if the exporter is stopping.
            clock: seconds that only rise.
        """
        self._buffer = buffer
        self._sink = sink
        self._counts = counts
        self._pulse = pulse
        self.name = name
        self._leads = leads
        self._pause = pause
        self._clock = clock
        self.busy = False
        """Whether a batch is under way."""

    def run(self) -> None:
        """Send until there will be nothing more."""
        try:
            while batch := self._take():
                self.busy = True
                self._deliver(batch)
                self.busy = False
        finally:
            self._pulse.leave(self.name)

    def _take(self) -> list[Record]:
        self._pulse.rest(self.name)
        return self._buffer.take()

    def _deliver(self, batch: Sequence[Record]) -> None:
        """Settle every record of a batch, however often it takes to find out which are at fault."""
        if len(batch) == 1 and batch[0].size > self._sink.limits.bytes:
            # No service has to be asked, and none is told apart from one that refuses everything.
            self._refuse(batch[0], f"{batch[0].size} bytes, and no call takes so many")
            return
        failures = 0
        while invalid := self._send(batch):
            failures += 1
            self._wait_after(Misconfigured(f"each record alike: {invalid}"), failures, len(batch))

    def _send(self, batch: Sequence[Record]) -> str:
        """Settle every record of a batch: exactly those that failed are sent again.

        Returns:
            Why the service calls each record of the batch invalid; nothing is settled then. Else empty.
        """
        calls = deque([batch])
        accused: list[tuple[Record, str]] = []
        failures = 0
        while calls and self._may_call():
            records = calls.popleft()
            try:
                answers = self._call(records)
            except InvalidCall as error:
                if len(records) == 1:
                    accused.append((records[0], str(error)))
                calls.extendleft(_halves(records))
                continue
            except SinkError as error:
                failures += 1
                self._wait_after(error, failures, len(records))
                calls.appendleft(records)
                continue
            if again := self._settle(records, answers):
                failures = failures + 1 if len(again) > len(records) * MOST else 1
                self._wait_after_failures([failure for _, failure in again], failures)
                calls.appendleft([record for record, _ in again])
        reasons = {reason for _, reason in accused}
        if len(accused) == len(batch) and len(reasons) == 1 and self._is_suspicious(batch):
            return "" if self._buffer.abandoned else reasons.pop()
        for record, reason in accused:
            self._refuse(record, reason)
        return ""

    def _may_call(self) -> bool:
        """Whether this term goes on. A Lease that is overdue is waited for: it is renewed or lost soon."""
        while not self._buffer.abandoned:
            if self._leads():
                return True
            self._wait(OVERDUE)
        return False

    def _call(self, records: Sequence[Record]) -> list[Failure | None]:
        self._pulse.promise(self.name, CALL_SECONDS)
        began = self._clock()
        answered = False
        try:
            answers = self._sink.send(records)
            answered = True
        finally:
            self._counts.called(self._clock() - began, ok=answered)
        return answers

    def _is_suspicious(self, batch: Sequence[Record]) -> bool:
        """Whether it is rather the call than its records that the service calls invalid, in all of them.

        A single record stands for itself, once the service has accepted others.
        """
        return len(batch) > 1 or not self._counts.snapshot()["sent"]

    def _settle(
        self, records: Sequence[Record], answers: Sequence[Failure | None]
    ) -> list[tuple[Record, Failure]]:
        """Settle what was accepted or refused; the rest is to be sent again."""
        if len(answers) == len(records) and not any(answers):
            self._accept(records)
            return []
        answered = list(zip(records, answers, strict=True))
        self._accept([record for record, failure in answered if failure is None])
        again = []
        for record, failure in answered:
            if failure is not None and failure.permanent:
                self._refuse(record, f"{failure.code}: {failure.message}")
            elif failure is not None:
                again.append((record, failure))
        return again

    def _accept(self, records: Sequence[Record]) -> None:
        self._counts.add("sent", len(records))
        self._buffer.settle(records)

    def _refuse(self, record: Record, reason: str) -> None:
        self._counts.add("refused")
        self._buffer.settle([record])
        logger.error(
            "the stream refuses a record, it is given up",
            extra={
                "observation": record.identity,
                "record_bytes": len(record.data),
                "reason": reason,
                # Whole, at most eventcore.wire.MAX_RECORD_BYTES: the log is its dead letter.
                "record": record.data.decode(),
            },
        )

    def _wait_after(self, error: SinkError, failures: int, records: int) -> None:
        repair = isinstance(error, Misconfigured)
        self._counts.add("retried", records)
        seconds = (LATER if repair else SOON).delay(failures)
        logger.log(
            logging.ERROR if repair else logging.WARNING,
            "waiting for the stream to %s",
            "be usable again: nothing is lost, but somebody has to act" if repair else "answer again",
            extra={"reason": str(error), "seconds": round(seconds, 1), "failures": failures},
        )
        self._wait(seconds)

    def _wait_after_failures(self, reasons: Sequence[Failure], failures: int) -> None:
        self._counts.add("retried", len(reasons))
        repair = all(failure.repairable for failure in reasons)
        seconds = (LATER if repair else BUSY).delay(failures)
        if repair or failures >= QUIET_FAILURES:
            logger.log(
                logging.ERROR if repair else logging.WARNING,
                "waiting for the stream to accept records",
                extra={
                    "codes": dict(Counter(failure.code for failure in reasons)),
                    "reason": reasons[0].message,
                    "seconds": round(seconds, 1),
                    "failures": failures,
                },
            )
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        self._pulse.promise(self.name, seconds + CALL_SECONDS)
        self._pause(seconds)


def _halves(records: Sequence[Record]) -> list[Sequence[Record]]:
    """Of a call that the service calls invalid, the second one first; none of a single record."""
    middle = len(records) // 2
    return [records[middle:], records[:middle]] if middle else []
