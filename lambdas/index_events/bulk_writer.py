"""Writes documents with `_bulk`, and finds out for each what became of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from eventcore.backoff import Backoff
from lambdas.common.opensearch.auth import SignInError
from lambdas.common.opensearch.client import Answer, OpenSearchClient, UnreachableError
from lambdas.common.time_budget import TimeBudget
from lambdas.index_events.bulk_answer import PATH, NotOfABulkError, findings_in
from lambdas.index_events.bulk_body import bulk_body, split_into_requests
from lambdas.index_events.document import Document
from lambdas.index_events.triage import Finding, Verdict, verdict_of

REQUEST_SECONDS = 20.0
"""A bulk of 5 MiB takes under a second; one that takes this long is on its way to a queue that is full."""

SHORTEST_REQUEST_SECONDS = 1.0
"""Even without time left one request is worth a try: what it writes is not to be written again."""

MAX_ATTEMPTS = 6
"""About 7 s of back-off in all; a longer overload is left to the event source mapping's retries."""

BLOCKED_SECONDS = 10.0
"""Before the one more try at what is blocked. A full disk or a write block lasts until somebody acts; an
event source mapping invokes anew as soon as an invocation ends, so this is what spaces the tries."""


class BulkWriter:
    """Writes to one OpenSearch."""

    def __init__(
        self,
        client: OpenSearchClient,
        *,
        backoff: Backoff | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._backoff = backoff or Backoff(base=0.5, cap=5.0)
        self._sleep = sleep

    def write(self, documents: Sequence[Document], budget: TimeBudget) -> list[Finding]:
        """One finding for each document, in their order. Never raises for what a server or a network does."""
        return _Writing(documents, budget, self._client).run(self._backoff, self._sleep)


class _Writing:
    """The state of one call of `write`: what waits in which request, and what has been found."""

    def __init__(self, documents: Sequence[Document], budget: TimeBudget, client: OpenSearchClient) -> None:
        self._documents = documents
        self._budget = budget
        self._client = client
        self._findings = [Finding(Verdict.LATER, "no time left")] * len(documents)
        self._requests: deque[list[int]] = deque()
        self._accused: dict[int, Finding] = {}
        """Documents whose request was refused when they were alone in it."""
        self._accepting = False
        """A request was taken in this call, so the endpoint takes requests."""

    def run(self, backoff: Backoff, sleep: Callable[[float], None]) -> list[Finding]:
        waiting = list(range(len(self._documents)))
        for attempt in range(1, MAX_ATTEMPTS + 1):
            waiting = self._send_all(waiting, first=attempt == 1)
            delay = backoff.delay(attempt)
            if not waiting or attempt == MAX_ATTEMPTS or not self._budget.allows(delay):
                break
            sleep(delay)
        blocked = [at for at, finding in enumerate(self._findings) if finding.verdict is Verdict.BLOCKED]
        if blocked and self._budget.allows(BLOCKED_SECONDS):
            sleep(BLOCKED_SECONDS)
            self._send_all(blocked, first=False)
        self._judge()
        return self._findings

    def _send_all(self, waiting: Sequence[int], *, first: bool) -> list[int]:
        """Send what waits; returns the documents that are worth another attempt soon."""
        self._requests.extend(split_into_requests(self._documents, waiting))
        again: list[int] = []
        while self._requests:
            if not first and not self._budget.left():
                self._requests.clear()
                return []
            first = False
            positions = self._requests.popleft()
            try:
                answer = self._send(positions)
            except UnreachableError as error:
                self._give_up(positions, Finding(Verdict.LATER, str(error)))
                return []
            except SignInError as error:
                self._give_up(positions, Finding(Verdict.FORBIDDEN, str(error)))
                return []
            again += self._read(answer, positions)
        return sorted(again)

    def _send(self, positions: list[int]) -> Answer:
        seconds = max(SHORTEST_REQUEST_SECONDS, min(REQUEST_SECONDS, self._budget.left()))
        body = bulk_body([self._documents[position] for position in positions])
        return self._client.request(
            "POST", PATH, body, seconds=seconds, media_type="application/x-ndjson", large=True
        )

    def _read(self, answer: Answer, positions: list[int]) -> list[int]:
        if answer.status == 200:
            return self._read_items(answer, positions)
        error_type = answer.error_type()
        if answer.status == 413 or (answer.status == 400 and error_type):
            # A limit of size need not be OpenSearch's own, and a smaller request may be below it.
            self._bisect(answer, positions)
            return []
        verdict = verdict_of(answer.status, error_type, answer.reason())
        if verdict not in (Verdict.LATER, Verdict.BLOCKED):
            verdict = Verdict.FORBIDDEN
        reason = f"the whole request was answered with HTTP {answer.status}: {answer.reason()}"
        # What stands behind this request would be answered alike.
        concerned = self._give_up(positions, Finding(verdict, reason))
        return concerned if verdict is Verdict.LATER else []

    def _read_items(self, answer: Answer, positions: list[int]) -> list[int]:
        try:
            findings = findings_in(answer, len(positions))
        except NotOfABulkError as error:
            self._give_up(positions, Finding(Verdict.FORBIDDEN, str(error)))
            return []
        self._accepting = True
        for position, finding in zip(positions, findings, strict=True):
            self._findings[position] = finding
        return [each for each in positions if self._findings[each].verdict is Verdict.LATER]

    def _bisect(self, answer: Answer, positions: list[int]) -> None:
        """One document can have a whole request refused (an id, a line, its size): find it, in order."""
        if len(positions) == 1:
            reason = f"refused with HTTP {answer.status}: {answer.reason()}"
            certain = answer.error_type() or len(self._documents) > 1
            self._accused[positions[0]] = Finding(Verdict.REFUSED if certain else Verdict.FORBIDDEN, reason)
            return
        middle = len(positions) // 2
        self._requests.extendleft([positions[middle:], positions[:middle]])

    def _judge(self) -> None:
        """A document is at fault if others are taken, or for reasons of its own.

        Where nothing is taken and all are refused alike, it is the endpoint: setting everything aside would
        drain the stream into dead letters.
        """
        alike = len({finding.reason for finding in self._accused.values()}) == 1
        if alike and len(self._documents) > 1 and not self._accepting:
            for position, finding in self._accused.items():
                reason = f"nothing is accepted, each document is {finding.reason}"
                self._findings[position] = Finding(Verdict.FORBIDDEN, reason)
        else:
            for position, finding in self._accused.items():
                self._findings[position] = finding

    def _give_up(self, positions: list[int], finding: Finding) -> list[int]:
        concerned = [*positions, *(each for waiting in self._requests for each in waiting)]
        for position in concerned:
            self._findings[position] = finding
        self._requests.clear()
        return concerned
