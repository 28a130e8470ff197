"""From a raw object of the API server to a record in the buffer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from msgspec import Raw

from eventcore import wire
from eventcore.event import Event
from eventcore.identity import observation_id, partition_key
from eventcore.normalise import normalise
from exporter.counts import Counts
from exporter.ship.record import Record

logger = logging.getLogger(__name__)


class Intake:
    """Decodes, normalises, identifies and encodes one event after the other."""

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
            cluster: name of the cluster, part of every observation's identity.
            put: takes the record; it may block.
            counts: where events that cannot be used are counted.
            now: the time at which an event counts as received.
        """
        self._cluster = cluster
        self._put = put
        self._counts = counts
        self._now = now

    def __call__(self, raw: Raw) -> None:
        """Take one object in."""
        try:
            decoded = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._counts.add("malformed")
            known = {"reason": str(error), "object_bytes": len(bytes(raw))}
            logger.warning("skipped an object that is no JSON", extra=known)
            return
        event = normalise(decoded, cluster=self._cluster, received_at=self._now())
        if event.metadata.uid and event.metadata.resource_version:
            self._put(Record(observation_id(event), partition_key(event), wire.encode(event)))
            self._counts.add("read")
        else:
            self._unidentified(event)

    def _unidentified(self, event: Event) -> None:
        self._counts.add("unidentified")
        logger.error(
            "skipped an event without uid or resourceVersion, which nothing can identify",
            extra={
                "event_name": event.metadata.name,
                "event_namespace": event.metadata.namespace,
                "uid": event.metadata.uid,
                "resource_version": event.metadata.resource_version,
                "reason": event.reason,
            },
        )
