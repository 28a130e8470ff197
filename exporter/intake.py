"""From what the API server says to what travels: events that are whole, wanted and identified."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from eventcore import wire
from eventcore.event import Cluster, Event
from eventcore.identity import observation_id, partition_key
from eventcore.kubernetes_event import KubernetesEvent
from eventcore.normalise import NodeOf, normalise
from exporter.checkpoint.mark import Segment
from exporter.counts import Counts
from exporter.ship.record import Record

logger = logging.getLogger(__name__)


class EventIntake:
    """Normalises the events that arrived together, and leaves out what is not wanted or has no identity."""

    def __init__(
        self,
        cluster: Cluster,
        counts: Counts,
        *,
        node_of: NodeOf | None = None,
        drops: Callable[[Event], bool] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            cluster: where the events come from; its name is part of every observation's identity.
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


def record_of(event: Event, segment: Segment | None = None) -> Record:
    """The event as it travels, with what it was read with."""
    return Record(observation_id(event), partition_key(event), wire.encode(event), segment)
