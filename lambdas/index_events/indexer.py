"""From a batch to documents, and from findings to what is set aside and what has to come again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from eventcore.identity import INDEX_NAME, IndexPeriod, document_time
from eventcore.rules import Ruleset
from eventcore.wire import encode
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.observability import count, logger
from lambdas.common.records import Batch, Poison, Received, Record
from lambdas.common.time_budget import Invocation, TimeBudget
from lambdas.index_events.age import Age, AgeLimits, age_limits
from lambdas.index_events.bulk_writer import BulkWriter
from lambdas.index_events.document import Document, build_document
from lambdas.index_events.fault import fault_of
from lambdas.index_events.triage import Finding, Verdict

DEAD_LETTER_SECONDS = 8.0
"""Kept back from writing, so that what can never be written is still set aside while OpenSearch is down."""

_METRICS = {
    Verdict.WRITTEN: "DocumentsWritten",
    Verdict.ALREADY_THERE: "DocumentsAlreadyThere",
    Verdict.LATER: "DocumentsDelayed",
    Verdict.BLOCKED: "DocumentsBlocked",
    Verdict.FORBIDDEN: "DocumentsForbidden",
    Verdict.REFUSED: "DocumentsRefused",
    Verdict.TOO_OLD: "DocumentsTooOld",
}
"""DocumentsBlocked and DocumentsForbidden are those to be alarmed at: no retry helps until somebody makes
room or changes a setting."""

_NOT_NOW = frozenset({Verdict.LATER, Verdict.BLOCKED, Verdict.FORBIDDEN})
"""What has to come again."""


class Filing(NamedTuple):
    """Into which indices observations go, and for how long."""

    name: str = INDEX_NAME
    period: IndexPeriod = "day"
    retention_days: int = 0
    """0 is no limit."""
    warm_after_days: int = 0
    """0 is never."""

    def limits(self, now: datetime) -> AgeLimits:
        """What is too old to be written."""
        return age_limits(
            now, self.period, retention_days=self.retention_days, warm_after_days=self.warm_after_days
        )


class Indexed(NamedTuple):
    """A document, the record it was made from, and what became of it."""

    record: Record
    document: Document
    finding: Finding


class _Sorted:
    """A batch, before anything is written: what is to be sent, and what is not."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.documents: list[Document] = []
        """To be sent, each made from the record at its place."""
        self.poison: list[Poison] = []
        self.too_old = 0
        self.dropped = 0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Indexer:
    """Writes what the rules keep, with the severity they give it."""

    def __init__(
        self,
        *,
        rules: Ruleset,
        writer: BulkWriter,
        dead_letters: DeadLetters,
        filing: Filing,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._rules = rules
        self._writer = writer
        self._dead_letters = dead_letters
        self._filing = filing
        self._clock = clock

    def index(self, batch: Batch, invocation: Invocation) -> frozenset[str]:
        """Write the batch; returns the ids of the records that are neither stored nor set aside."""
        found = self._sorted(batch.events)
        findings = self._writer.write(found.documents, TimeBudget(invocation, reserve=DEAD_LETTER_SECONDS))
        self._report(found, findings)
        indexed = [
            Indexed(*each)
            for each in zip(found.records, found.documents, findings, strict=True)
            if each[2].verdict not in (Verdict.WRITTEN, Verdict.ALREADY_THERE)
        ]
        later = frozenset(each.record.id for each in indexed if each.finding.verdict in _NOT_NOW)
        poison = [*batch.poison, *found.poison, *_refused(indexed)]
        return later | self._dead_letters.write(
            _in_order(batch.records, poison), TimeBudget(invocation, reserve=1.0)
        )

    def _sorted(self, events: Sequence[Received]) -> _Sorted:
        found = _Sorted()
        limits = self._filing.limits(self._clock())
        for record, event in events:
            kept = self._rules.classify(event)
            if kept is None:
                found.dropped += 1
            elif fault := fault_of(kept):
                found.poison.append(Poison(record, encode(kept), f"no document can hold it: {fault}"))
            else:
                age = limits.age_of(document_time(kept))
                if age is Age.TOO_OLD:
                    found.too_old += 1
                    continue
                document = build_document(kept, self._filing.period, self._filing.name)
                if age is Age.WARM:
                    found.poison.append(Poison(record, document.source, self._warm(document)))
                    continue
                found.records.append(record)
                found.documents.append(document)
        return found

    def _warm(self, document: Document) -> str:
        return (
            f"{document.id} belongs into {document.index}, which is read-only: it went to UltraWarm after"
            f" {self._filing.warm_after_days} days (WARM_AFTER_DAYS)"
        )

    @staticmethod
    def _report(found: _Sorted, findings: Sequence[Finding]) -> None:
        counted = Counter(finding.verdict for finding in findings)
        counted[Verdict.REFUSED] += len(found.poison)
        counted[Verdict.TOO_OLD] += found.too_old
        for verdict, metric in _METRICS.items():
            count(metric, counted[verdict])
        count("EventsDropped", found.dropped)
        for verdict in (Verdict.FORBIDDEN, Verdict.BLOCKED, Verdict.LATER):
            if counted[verdict]:
                reasons = Counter(finding.reason for finding in findings if finding.verdict is verdict)
                for reason, documents in reasons.most_common(3):
                    logger.error(
                        f"documents not written: {verdict.value}", documents=documents, reason=reason
                    )


def _in_order(records: Sequence[Record], poison: Iterable[Poison]) -> list[Poison]:
    """As they lie in the stream: it delivers again from the first that is not set aside, so where time runs
    out, what was set aside before is behind it."""
    place = {record.id: number for number, record in enumerate(records)}
    return sorted(poison, key=lambda each: place[each.record.id])


def _refused(indexed: Iterable[Indexed]) -> Iterable[Poison]:
    for record, document, finding in indexed:
        if finding.verdict is Verdict.REFUSED:
            reason = f"OpenSearch refused {document.id} in {document.index}: {finding.reason}"
            yield Poison(record, document.source, reason)
