"""From a batch to documents, and from findings to what is set aside and what has to come again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from eventcore.identity import IndexPeriod
from eventcore.rules import Ruleset
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.observability import count, logger
from lambdas.common.records import Batch, Poison, Received, Record
from lambdas.common.time_budget import Invocation, TimeBudget
from lambdas.index_events.bulk_writer import BulkWriter
from lambdas.index_events.document import Document, build_document
from lambdas.index_events.triage import Finding, Verdict

DEAD_LETTER_SECONDS = 8.0
"""Kept back from writing, so that what can never be written is still set aside while OpenSearch is down."""

_METRICS = {
    Verdict.WRITTEN: "DocumentsWritten",
    Verdict.ALREADY_THERE: "DocumentsAlreadyThere",
    Verdict.LATER: "DocumentsDelayed",
    Verdict.FORBIDDEN: "DocumentsForbidden",
    Verdict.REFUSED: "DocumentsRefused",
}
"""DocumentsForbidden is the one to be alarmed at: no retry helps until somebody changes a setting."""


class Indexed(NamedTuple):
    """A document, the record it was made from, and what became of it."""

    record: Record
    document: Document
    finding: Finding


class Indexer:
    """Writes what the rules keep, with the severity they give it."""

    def __init__(
        self, *, rules: Ruleset, writer: BulkWriter, dead_letters: DeadLetters, period: IndexPeriod
    ) -> None:
        self._rules = rules
        self._writer = writer
        self._dead_letters = dead_letters
        self._period = period

    def index(self, batch: Batch, invocation: Invocation) -> frozenset[str]:
        """Write the batch; returns the ids of the records that are neither stored nor set aside."""
        documents = list(self._documents(batch.events))
        findings = self._writer.write(
            [document for _, document in documents], TimeBudget(invocation, reserve=DEAD_LETTER_SECONDS)
        )
        indexed = [Indexed(*each, finding) for each, finding in zip(documents, findings, strict=True)]
        _report(indexed, dropped=len(batch.events) - len(indexed))
        return self._later(indexed) | self._dead_letters.write(
            [*batch.poison, *_refused(indexed)], TimeBudget(invocation, reserve=1.0)
        )

    def _documents(self, events: Sequence[Received]) -> Iterable[tuple[Record, Document]]:
        for record, event in events:
            if (kept := self._rules.classify(event)) is not None:
                yield record, build_document(kept, self._period)

    @staticmethod
    def _later(indexed: Iterable[Indexed]) -> frozenset[str]:
        not_now = (Verdict.LATER, Verdict.FORBIDDEN)
        return frozenset(each.record.id for each in indexed if each.finding.verdict in not_now)


def _refused(indexed: Iterable[Indexed]) -> Iterable[Poison]:
    for record, document, finding in indexed:
        if finding.verdict is Verdict.REFUSED:
            reason = f"OpenSearch refused {document.id} in {document.index}: {finding.reason}"
            yield Poison(record, document.source, reason)


def _report(indexed: Sequence[Indexed], *, dropped: int) -> None:
    counted = Counter(each.finding.verdict for each in indexed)
    for verdict, metric in _METRICS.items():
        count(metric, counted[verdict])
    count("EventsDropped", dropped)
    for verdict in (Verdict.FORBIDDEN, Verdict.LATER):
        reasons = Counter(each.finding.reason for each in indexed if each.finding.verdict is verdict)
        for reason, documents in reasons.most_common(3):
            logger.error(f"documents not written: {verdict.value}", documents=documents, reason=reason)
