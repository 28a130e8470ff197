"""One term of leadership: what reads, what sends and what is between, each part in threads of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Event, Thread, current_thread

from exporter.checkpoint.checkpoint import read_checkpoint, write_checkpoint
from exporter.cluster import cluster_of
from exporter.enrich.enricher import Enricher
from exporter.heartbeat import NAME as HEARTBEAT
from exporter.heartbeat import Heart
from exporter.observe.standing import Standing
from exporter.reading import Reading, namespaces_of
from exporter.selection.selection import Selection
from exporter.ship.buffer import Buffer
from exporter.ship.sender import Sender
from exporter.surroundings import Surroundings

LAST_TRIES = 1.0
"""Seconds between two attempts at most, while the exporter is stopping."""


class Pipeline:
    """Reads and sends until it is stopped, or abandoned because somebody else leads."""

    def __init__(
        self,
        surroundings: Surroundings,
        *,
        checkpoint: str | None = None,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        """
        Args:
            surroundings: of all terms.
            checkpoint: what the term before this one left.
            leads: whether calls to the stream may be made at this moment.
        """
        settings, sink = surroundings.settings, surroundings.sink
        surroundings = self._surroundings = surroundings.of_a_term()
        self._leads = leads
        self._stopping = Event()
        selection = Selection.from_settings(settings)
        self.buffer = Buffer(settings.buffer_bytes, sink.limits, sink.size_of, linger=settings.flush_interval)
        self._enricher = (
            Enricher(settings, surroundings.transport, surroundings.counts) if settings.enrich else None
        )
        found = read_checkpoint(
            checkpoint,
            cluster=settings.cluster,
            selector=selection.fingerprint,
            namespaces=namespaces_of(selection),
        )
        self._reading = Reading(surroundings, selection, self.buffer, self._enricher, found)
        self._heart = self._new_heart()
        self._senders = [self._sender(number) for number in range(settings.senders or sink.senders)]
        self._sending = [self._thread(sender.name, sender.run) for sender in self._senders]

    def start(self) -> None:
        """Start all threads."""
        for thread in (*self._sending, *self._threads()):
            thread.start()

    def stop(self, grace_period: float) -> bool:
        """Stop reading, and send what was read for up to `grace_period` seconds: whether all was sent."""
        deadline = time.monotonic() + grace_period
        self._stop_reading()
        if self._enricher:
            # What it holds back goes into the buffer, which may be full.
            self._enricher.stop(grace_period / 2)
        self.buffer.close()
        for sending in self._sending:
            sending.join(max(0.0, deadline - time.monotonic()))
        return self.buffer.held_records == 0

    def abandon(self) -> None:
        """End as soon as possible and begin no further call: somebody else may lead already."""
        self.buffer.abandon()
        self._stop_reading()
        if self._enricher:
            self._enricher.abandon()

    def lose_history(self) -> None:
        """The API server was restored from a backup: read everything again, whatever its versions are."""
        self._reading.lose_history()

    def checkpoint(self) -> str:
        """Up to where everything is settled, for the next term."""
        return write_checkpoint(self._reading.checkpoint())

    def standing(self) -> Standing:
        """Where it stands at this moment."""
        return Standing(
            leader=True,
            buffer_bytes=self.buffer.held_bytes,
            buffer_capacity_bytes=self._surroundings.settings.buffer_bytes,
            batches_in_flight=sum(sender.busy for sender in self._senders),
            checkpoint_lag=self._reading.lag(),
        )

    def _threads(self) -> Iterator[Thread]:
        works = [*(self._enricher.threads if self._enricher else ()), *self._reading.threads]
        if self._surroundings.settings.heartbeat_interval:
            works.append((HEARTBEAT, self._heart.run))
        yield from (self._thread(name, work) for name, work in works)

    def _stop_reading(self) -> None:
        self._stopping.set()
        self._heart.stop()
        self._reading.stop()

    def _new_heart(self) -> Heart:
        settings = self._surroundings.settings
        return Heart(
            cluster_of(settings),
            settings.heartbeat_interval,
            self.buffer.offer,
            self._surroundings.counts,
            self._reading.lag,
            self._reading.unanswered,
            self._surroundings.pulse,
        )

    def _sender(self, number: int) -> Sender:
        return Sender(
            self.buffer,
            self._surroundings.sink,
            self._surroundings.counts,
            self._surroundings.pulse,
            name=f"sender-{number}",
            leads=self._leads,
            pause=self._pause,
        )

    def _pause(self, seconds: float) -> None:
        """Sleep, but wake up when the exporter is to stop, and do not sleep for long from then on."""
        if not self._stopping.is_set():
            self._stopping.wait(seconds)
        elif not self.buffer.abandoned:
            time.sleep(min(seconds, LAST_TRIES))

    def _thread(self, name: str, work: Callable[[], None]) -> Thread:
        """A thread that dies takes the exporter with it: without its reader it would be silent for ever."""

        def run() -> None:
            finished = False
            try:
                work()
                finished = True
            finally:
                if not finished:
                    self._surroundings.on_death(current_thread().name)

        return Thread(target=run, name=name, daemon=True)
