"""The exporter put together: one reader, a buffer, a few senders, each in a thread of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread, current_thread

from exporter.counts import Counts
from exporter.intake import Intake
from exporter.settings import Settings
from exporter.ship.aws import client_errors
from exporter.ship.buffer import Buffer, Closed
from exporter.ship.event_bridge import EventBridgeSink
from exporter.ship.kinesis import KinesisSink
from exporter.ship.sender import Sender
from exporter.ship.sink import Sink
from exporter.watch.credentials import credentials
from exporter.watch.events_api import EventsApi
from exporter.watch.reflector import Pace, Reflector
from exporter.watch.transport import Patience, Transport

logger = logging.getLogger(__name__)

LAST_TRIES = 1.0
"""Seconds between two attempts at most, while the exporter is stopping."""


def open_transport(settings: Settings) -> Transport:
    """A transport with the credentials of the settings. Raises Denied if they cannot be read."""
    return Transport(credentials(settings.kubeconfig, settings.context), Patience())


def open_sink(settings: Settings) -> Sink:
    """The sink of the settings; no call is made.

    Raises:
        Misconfigured: AWS' own variables or files are wrong, such as an unknown AWS_PROFILE.
    """
    with client_errors():
        if settings.sink == "kinesis":
            return KinesisSink(settings.stream or "", settings.region)
        return EventBridgeSink(settings.event_bus or "", settings.region)


class Pipeline:
    """Reads and sends until it is stopped."""

    def __init__(
        self, settings: Settings, transport: Transport, sink: Sink, *, on_death: Callable[[str], None]
    ) -> None:
        """
        Args:
            settings: of the exporter.
            transport: to the API server.
            sink: for the records.
            on_death: called with the name of a thread that ended by an error that nobody foresaw.
        """
        self.counts = Counts()
        self._stopping = Event()
        self._on_death = on_death
        self.buffer = Buffer(settings.buffer_bytes, sink.limits, sink.size_of, linger=settings.flush_interval)
        intake = Intake(settings.cluster, self.buffer.put, self.counts)
        seconds = settings.watch_timeout
        pace = Pace(page_size=settings.list_page_size, watch_seconds=(seconds, 2 * seconds))
        self._reflector = Reflector(EventsApi(transport), intake, self.counts, pace=pace)
        self._senders = [
            Thread(target=self._guarded(self._sender(sink).run), name=f"sender-{number}", daemon=True)
            for number in range(sink.senders)
        ]
        self._reader = Thread(target=self._guarded(self._read), name="reader", daemon=True)

    def start(self) -> None:
        """Start all threads."""
        for thread in (*self._senders, self._reader):
            thread.start()

    def stop(self, grace_period: float) -> bool:
        """Stop reading, and send what was read for up to `grace_period` seconds: whether all was sent."""
        deadline = time.monotonic() + grace_period
        self._stopping.set()
        self._reflector.stop()
        self.buffer.close()
        for sender in self._senders:
            sender.join(max(0.0, deadline - time.monotonic()))
        return self.buffer.held_records == 0

    def account(self) -> dict[str, int]:
        """The counters, what is left, and the most bytes that were held."""
        return {
            **{str(outcome): number for outcome, number in self.counts.snapshot().items()},
            "left": self.buffer.held_records,
            "buffer_high_water_bytes": self.buffer.high_water_bytes,
        }

    def _read(self) -> None:
        # Closed: the exporter is stopping; what was not taken is read again at the next start.
        with suppress(Closed):
            self._reflector.run()

    def _sender(self, sink: Sink) -> Sender:
        return Sender(self.buffer, sink, self.counts, pause=self._pause)

    def _pause(self, seconds: float) -> None:
        """Sleep, but wake up when the exporter is to stop, and do not sleep for long from then on."""
        if self._stopping.is_set():
            time.sleep(min(seconds, LAST_TRIES))
        else:
            self._stopping.wait(seconds)

    def _guarded(self, work: Callable[[], None]) -> Callable[[], None]:
        """A thread that dies takes the exporter with it: without its reader it would be silent for ever."""

        def run() -> None:
            finished = False
            try:
                work()
                finished = True
            finally:
                if not finished:
                    self._on_death(current_thread().name)

        return run
