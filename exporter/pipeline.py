"""The exporter put together, for one term of leadership: readers, a buffer, senders, each in a thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread, current_thread
from typing import NamedTuple

from eventcore.kubernetes_event import KubernetesEvent
from eventcore.repair import repaired
from exporter.checkpoint.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from exporter.checkpoint.mark import Mark
from exporter.counts import Counts
from exporter.event_reader import EventReader
from exporter.intake import EventIntake
from exporter.observe.pulse import Pulse
from exporter.outlet import Outlet
from exporter.selection.selection import Selection
from exporter.settings import Settings
from exporter.ship.aws import client_errors
from exporter.ship.buffer import Buffer, Closed
from exporter.ship.event_bridge import EventBridgeSink
from exporter.ship.kinesis import KinesisSink
from exporter.ship.sender import Sender
from exporter.ship.sink import Sink
from exporter.watch.credentials import credentials
from exporter.watch.reflector import Pace, Reflector, Start
from exporter.watch.resource_api import ResourceApi, core_path
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


class Surroundings(NamedTuple):
    """What a term finds, and leaves to the next one."""

    settings: Settings
    transport: Transport
    sink: Sink
    counts: Counts
    pulse: Pulse
    on_death: Callable[[str], None]
    """Called with the name of a thread that ended by an error that nobody foresaw."""


class Pipeline:
    """Reads and sends until it is stopped, or abandoned because somebody else leads."""

    def __init__(self, surroundings: Surroundings, *, checkpoint: str | None = None) -> None:
        """
        Args:
            surroundings: of all terms.
            checkpoint: what the term before this one left.
        """
        settings, sink = surroundings.settings, surroundings.sink
        self._surroundings = surroundings
        self._selection = Selection.from_settings(settings)
        self._stopping = Event()
        self.buffer = Buffer(settings.buffer_bytes, sink.limits, sink.size_of, linger=settings.flush_interval)
        found = read_checkpoint(checkpoint, cluster=settings.cluster, selector=self._selection.fingerprint)
        namespaces = self._selection.namespaces or ("",)
        self._event_marks = {name: Mark(found.events.get(name, "")) for name in namespaces}
        self._reflectors = [self._event_reflector(name, mark) for name, mark in self._event_marks.items()]
        self._senders = [self._sender(number) for number in range(settings.senders or sink.senders)]
        self._sending = [self._thread(sender.run, sender.name) for sender in self._senders]
        self._reading = [self._thread(self._reader(each), each.name) for each in self._reflectors]

    def start(self) -> None:
        """Start all threads."""
        for thread in (*self._sending, *self._reading):
            thread.start()

    def stop(self, grace_period: float) -> bool:
        """Stop reading, and send what was read for up to `grace_period` seconds: whether all was sent."""
        deadline = time.monotonic() + grace_period
        self._stop_reading()
        self.buffer.close()
        for sending in self._sending:
            sending.join(max(0.0, deadline - time.monotonic()))
        return self.buffer.held_records == 0

    def abandon(self) -> None:
        """End as soon as possible and make no further call: somebody else may lead already."""
        self.buffer.abandon()
        self._stop_reading()

    def lose_history(self) -> None:
        """The API server was restored from a backup: read everything again, whatever its versions are."""
        for reflector in self._reflectors:
            reflector.lose_history()

    def checkpoint(self) -> str:
        """Up to where everything is settled, for the next term."""
        events = {name: mark.version for name, mark in self._event_marks.items() if mark.version}
        cluster, selector = self._surroundings.settings.cluster, self._selection.fingerprint
        return write_checkpoint(Checkpoint(cluster=cluster, selector=selector, events=events))

    def lag(self) -> float:
        """Seconds since the oldest state that is not settled was read; 0 if all are."""
        return max(mark.lag() for mark in self._event_marks.values())

    def batches_in_flight(self) -> int:
        """How many senders wait for the stream."""
        return sum(sender.busy for sender in self._senders)

    def _stop_reading(self) -> None:
        self._stopping.set()
        for reflector in self._reflectors:
            reflector.stop()

    def _event_reflector(self, namespace: str, mark: Mark) -> Reflector[KubernetesEvent]:
        settings, transport, _, counts, pulse, _ = self._surroundings
        name = f"events of {namespace}" if namespace else "events"
        intake = EventIntake(settings.cluster, counts, drops=self._selection.drops)
        outlet = Outlet(self.buffer, mark, counts, pulse, name=name)
        api = ResourceApi(
            transport.clone(),
            core_path("events", namespace),
            KubernetesEvent,
            repaired,
            field_selector=self._selection.field_selector,
        )
        return Reflector(
            api,
            EventReader(intake, outlet, mark.version),
            counts,
            pulse,
            name=name,
            start=_start(mark, settings),
            pace=_pace(settings),
        )

    def _sender(self, number: int) -> Sender:
        _, _, sink, counts, pulse, _ = self._surroundings
        return Sender(self.buffer, sink, counts, pulse, name=f"sender-{number}", pause=self._pause)

    def _pause(self, seconds: float) -> None:
        """Sleep, but wake up when the exporter is to stop, and do not sleep for long from then on."""
        if not self._stopping.is_set():
            self._stopping.wait(seconds)
        elif not self.buffer.abandoned:
            time.sleep(min(seconds, LAST_TRIES))

    def _reader(self, reflector: Reflector[KubernetesEvent]) -> Callable[[], None]:
        def read() -> None:
            # Closed: the exporter is stopping; what was not taken is read again at the next start.
            with suppress(Closed):
                reflector.run()

        return read

    def _thread(self, work: Callable[[], None], name: str) -> Thread:
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


def _start(mark: Mark, settings: Settings) -> Start:
    if mark.version:
        return Start(version=mark.version, first="watch")
    return Start(first="list" if settings.start == "all" else "now")


def _pace(settings: Settings) -> Pace:
    seconds = settings.watch_timeout
    return Pace(page_size=settings.list_page_size, watch_seconds=(seconds, 2 * seconds))
