"""Where a reader's events leave it: encoded, into the buffer, and followed by the reader's mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from eventcore.event import Event
from exporter.checkpoint.mark import Mark, Segment
from exporter.counts import Counts, Outcome
from exporter.intake import record_of
from exporter.observe.pulse import Pulse
from exporter.ship.buffer import Buffer, Closed
from exporter.ship.record import Record


class Enrichment(Protocol):
    """Adds to events what is known of their objects."""

    def take(self, event: Event, hand_on: Callable[[Event], object]) -> Event | None:
        """The event as it goes on now; None if `hand_on` gets it later, from another thread."""


class Outlet:
    """Of one reader."""

    def __init__(
        self,
        buffer: Buffer,
        mark: Mark,
        counts: Counts,
        pulse: Pulse,
        *,
        name: str,
        enricher: Enrichment | None = None,
        drops_synthetic: Callable[[Event], bool] | None = None,
    ) -> None:
        """
        Args:
            buffer: takes the records.
            mark: of the reader.
            counts: of what was taken.
            pulse: is told that a full buffer is no fault of the reader.
            name: of the reader, to the pulse.
            enricher: adds what is known of an event's object; None for nothing.
            drops_synthetic: for a reader that makes its events itself: which of them are not to be shipped.
                None for one whose events the intake has sorted out.
        """
        self._buffer = buffer
        self._mark = mark
        self._counts = counts
        self._pulse = pulse
        self._name = name
        self._enricher = enricher
        self._drops_synthetic = drops_synthetic
        self._taken_as: Outcome = "synthetic" if drops_synthetic else "read"

    def put(self, events: Sequence[Event], version: str) -> None:
        """Take events that were read at once; blocks while the buffer is full.

        Args:
            events: none, if there is only a new version.
            version: all states up to it have been read now; "" within a list, which comes in key order.

        Raises:
            Closed: not all were taken, and the mark will not pass them.
        """
        if self._drops_synthetic:
            events = self._wanted(events, self._drops_synthetic)
        segment = self._mark.open(len(events), version)
        if not events:
            return
        if self._enricher:
            events = self._enriched(events, segment, self._enricher)
        self._pulse.rest(self._name)
        self._put([record_of(event, segment) for event in events])

    def forget(self) -> None:
        """Versions put so far mean nothing any more."""
        self._mark.reset()

    def _wanted(self, events: Sequence[Event], drops: Callable[[Event], bool]) -> list[Event]:
        wanted = [event for event in events if not drops(event)]
        if len(wanted) < len(events):
            self._counts.dropped("rule", len(events) - len(wanted))
        return wanted

    def _enriched(self, events: Sequence[Event], segment: Segment, enricher: Enrichment) -> list[Event]:
        """Those that go on now. The others follow, each by itself; the mark waits for them."""
        taken = (enricher.take(event, lambda later: self._put_late(later, segment)) for event in events)
        return [event for event in taken if event is not None]

    def _put_late(self, event: Event, segment: Segment) -> None:
        try:
            self._put([record_of(event, segment)])
        except Closed:
            # The exporter is stopping. The segment stays unsettled, so the next start reads it again.
            return

    def _put(self, records: Sequence[Record]) -> None:
        taken = 0
        try:
            self._buffer.put(records)
            taken = len(records)
        except Closed as closed:
            taken = closed.taken
            raise
        finally:
            self._counts.add(self._taken_as, taken)
