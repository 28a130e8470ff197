"""From what the API server says to what travels: events that are whole, wanted and identified."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Raw

from eventcore import wire
from eventcore.event import Event
from eventcore.identity import observation_id, partition_key
from eventcore.kubernetes_event import KubernetesEvent
from eventcore.normalise import NodeOf, normalise
from eventcore.repair import repaired
from exporter.counts import Counts
from exporter.ship.record import Record

logger = logging.getLogger(__name__)


class EventIntake:
    """Normalises the events that arrived together, and leaves out what is not wanted or has no identity."""

    def __init__(
        self,
        cluster: str,
        counts: Counts,
        *,
        node_of: NodeOf | None = None,
        drops: Callable[[Event], bool] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            cluster: name of the cluster, part of every observation's identity.
            counts: of what was dropped and what cannot be used.
            node_of: where Pods run, if somebody watches them.
            drops: whether an event is not to be shipped; None ships all.
            now: the time at which what arrives together counts as received.
        """
        self._cluster = cluster
        self._counts = counts
        self._node_of = node_of
        self._drops = drops
        self._now = now

    def __call__(self, objects: Sequence[KubernetesEvent]) -> list[Event]:
        """The events to be shipped, in their order."""
        cluster, node_of, received_at = self._cluster, self._node_of, self._now()
        events = [
            normalise(each, cluster=cluster, received_at=received_at, node_of=node_of)
            for each in objects
            if each.metadata.uid and each.metadata.resource_version
        ]
        if len(events) < len(objects):
            self._unidentified(objects)
        if self._drops is not None:
            events = self._wanted(events, self._drops)
        return events

    def _wanted(self, events: list[Event], drops: Callable[[Event], bool]) -> list[Event]:
        wanted = [event for event in events if not drops(event)]
        if len(wanted) < len(events):
            self._counts.dropped("rule", len(events) - len(wanted))
        return wanted

    def _unidentified(self, objects: Sequence[KubernetesEvent]) -> None:
        for each in objects:
            metadata = each.metadata
            if metadata.uid and metadata.resource_version:
                continue
            self._counts.add("unidentified")
            logger.error(
                "skipped an event without uid or resourceVersion, which nothing can identify",
                extra={
                    "event_name": metadata.name,
                    "event_namespace": metadata.namespace,
                    "uid": metadata.uid,
                    "resource_version": metadata.resource_version,
                    "reason": each.reason,
                },
            )


def record_of(event: Event) -> Record:
    """The event as it travels."""
    return Record(observation_id(event), partition_key(event), wire.encode(event))


class Intake:
    """Decodes one event after the other. It goes when the readers hand over many that they decoded."""

    def __init__(
        self,
        cluster: str,
        put: Callable[[Record], None],
        counts: Counts,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            cluster: name of the cluster.
            put: takes the record; it may block.
            counts: where events that cannot be used are counted.
            now: the time at which an event counts as received.
        """
        self._events = EventIntake(cluster, counts, now=now)
        self._put = put
        self._counts = counts

    def __call__(self, raw: Raw) -> None:
        """Take one object in."""
        try:
            decoded = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._counts.add("malformed")
            known = {"reason": str(error), "object_bytes": len(bytes(raw))}
            logger.warning("skipped an object that is no JSON", extra=known)
            return
        for event in self._events([repaired(decoded)]):
            self._put(record_of(event))
            self._counts.add("read")
