"""From a source to the index function: choose, batch, send, and remember how far that was."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from eventcore.event import Event
from eventcore.heartbeat import Heartbeat
from eventcore.wire import WireError, decode_record
from kube_events.reindex.found import Finding, Found, Unreadable, Warned
from kube_events.reindex.function import MAX_BYTES, MAX_RECORDS, size_of
from kube_events.reindex.progress_file import ProgressFile
from kube_events.reindex.sender import Sender

REMEMBER_EVERY = 20_000
"""Records that may be read again after an interruption although nothing in them was wanted."""

REPORT_SECONDS = 5.0

MAX_NAMED = 20
"""Unreadable records that are named one by one; a source full of them would fill the terminal."""


class Reindexing:
    """One run."""

    def __init__(
        self,
        sender: Sender | None,
        progress: ProgressFile,
        *,
        wanted: Callable[[Event], bool],
        say: Callable[[str], None],
        batch_size: int = MAX_RECORDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            sender: None only counts.
            progress: keeps how far it is, and counts.
            wanted: whether an event is to be indexed.
            say: tells the person who waits, in a line.
            batch_size: events of one invocation at most.
            clock: seconds that only rise.
        """
        self._sender = sender
        self._progress = progress
        self._tally = progress.progress.tally
        self._wanted = wanted
        self._say = say
        self._batch_size = min(batch_size, MAX_RECORDS)
        self._clock = clock
        self._batch: list[Found] = []
        self._bytes = 0
        self._marks: dict[str, str] = {}
        self._unremembered = 0
        self._reported = clock()

    def run(self, source: Iterable[Finding]) -> None:
        """Read the source to its end.

        Raises:
            CommandError: the source or the function cannot be used. What was done is remembered.
        """
        for found in source:
            if isinstance(found, Warned):
                self._say(found.text)
                continue
            if isinstance(found, Unreadable):
                self._tally.unopened += 1
                self._say(f"{found.what}: {found.reason}")
            else:
                self._take(found)
            self._marks[found.mark.place] = found.mark.at
            self._unremembered += 1
            if self._unremembered >= REMEMBER_EVERY:
                self._flush()
            self._report()
        self._flush(finished=True)

    def _take(self, found: Found) -> None:
        wanted, size = self._is_wanted(found), size_of(found)
        full = len(self._batch) >= self._batch_size or self._bytes + size > MAX_BYTES
        if wanted and self._batch and full:
            # Before this one counts as read: what is remembered now does not have it.
            self._flush()
        self._tally.read += 1
        if not wanted:
            return
        self._tally.wanted += 1
        self._batch.append(found)
        self._bytes += size

    def _is_wanted(self, found: Found) -> bool:
        try:
            record = decode_record(found.data)
        except WireError as error:
            self._poison(found, str(error))
            return False
        if isinstance(record, Heartbeat):
            self._tally.heartbeats += 1
            return False
        if not (record.cluster.name and record.metadata.uid and record.metadata.resource_version):
            self._poison(found, "an event that nothing identifies")
            return False
        if not self._wanted(record):
            self._tally.elsewhere += 1
            return False
        return True

    def _poison(self, found: Found, reason: str) -> None:
        self._tally.poison += 1
        if self._tally.poison <= MAX_NAMED:
            self._say(f"unreadable: {found.id}: {reason}")
        elif self._tally.poison == MAX_NAMED + 1:
            self._say("further unreadable records are counted, not named")

    def _flush(self, *, finished: bool = False) -> None:
        if self._batch and self._sender is not None:
            self._sender.send(self._batch)
        self._batch, self._bytes, self._unremembered = [], 0, 0
        self._progress.save(self._marks, finished=finished)
        self._marks = {}

    def _report(self) -> None:
        now = self._clock()
        if now - self._reported >= REPORT_SECONDS:
            self._reported = now
            self._say(f"{self._tally.read} records read, {self._tally.indexed} events indexed")
