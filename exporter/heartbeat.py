"""The heartbeat: whoever leads puts a record between the events now and then, whose absence is an alarm.

It takes the way that events take, so it arrives exactly as long as they would. It stays out while events
cannot be read, which may be for good (a right that was taken away): of a cluster that nobody can look into,
nobody may say that all is well. That AWS is slow is no reason: then it waits between the events.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

from eventcore import wire
from eventcore.event import SCHEMA_VERSION, Cluster
from eventcore.heartbeat import Heartbeat
from exporter.counts import Counts
from exporter.observe.pulse import Pulse
from exporter.ship.record import Record
from exporter.version import VERSION

NAME = "heartbeat"
"""Of its thread."""

SLACK = 30.0
"""Seconds beyond the interval after which the thread counts as stuck: a machine that is short of CPU must not
kill its exporter."""


class Heart:
    """Beats until `stop`: at once, and then after each interval, unless events cannot be read."""

    def __init__(
        self,
        cluster: Cluster,
        interval: float,
        offer: Callable[[Record], bool],
        counts: Counts,
        lag: Callable[[], float],
        unanswered: Callable[[], float],
        pulse: Pulse,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], object] | None = None,
    ) -> None:
        """
        Args:
            cluster: whose events are read.
            interval: seconds between two beats.
            offer: takes a record without blocking, and says whether it is one more.
            counts: what a heartbeat says, and where it is counted.
            lag: seconds since the oldest state that the stream has not accepted was read.
            unanswered: seconds since events cannot be read, for want of an answer of the API server.
            pulse: is told that the thread lives.
            now: the time.
            pause: waits for so many seconds; by default it ends when `stop` is called.
        """
        self._cluster = cluster
        self._interval = interval
        self._offer = offer
        self._counts = counts
        self._lag = lag
        self._unanswered = unanswered
        self._pulse = pulse
        self._now = now
        self._stopping = Event()
        self._pause = pause or self._stopping.wait

    def run(self) -> None:
        """Beat until `stop`."""
        try:
            while not self._stopping.is_set():
                self._pulse.promise(NAME, self._interval + SLACK)
                # An API server that is away for a moment, as in an upgrade, is no alarm.
                if self._unanswered() <= self._interval:
                    self._beat()
                self._pause(self._interval)
        finally:
            self._pulse.leave(NAME)

    def stop(self) -> None:
        """End `run` soon, from another thread."""
        self._stopping.set()

    def _beat(self) -> None:
        counted = self._counts.snapshot()
        heartbeat = Heartbeat(
            schema_version=SCHEMA_VERSION,
            cluster=self._cluster,
            time=self._now(),
            exporter_version=VERSION,
            checkpoint_lag_seconds=round(self._lag(), 3),
            read=counted["read"],
            synthetic=counted["synthetic"],
            sent=counted["sent"],
            refused=counted["refused"],
        )
        # While the stream is down, the newest takes the place of the one before.
        if self._offer(heartbeat_record(heartbeat)):
            self._counts.add("heartbeats")


def heartbeat_record(heartbeat: Heartbeat) -> Record:
    """The heartbeat as it travels. The time in its key takes it to another shard each time."""
    name = f"{heartbeat.cluster.name}:heartbeat:{heartbeat.time.isoformat()}"
    return Record(name, name, wire.encode_heartbeat(heartbeat), kind="heartbeat")
