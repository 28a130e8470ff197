"""What inhibits is remembered, until it recovers or its time is over."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from eventcore.event import Event
from eventcore.grouping.encoding import decode_sources, encode_state
from eventcore.grouping.sources import forget, note
from eventcore.identity import document_time
from eventcore.rules import SourceMark
from lambdas.common.records import Received
from lambdas.filter_events.tasks import Change, Items


class _Noted(NamedTuple):
    """The newest event by which an object inhibits."""

    at: float
    """When it happened, by which a redelivery prolongs nothing."""
    seconds: float


class SourceTask:
    """Sources of one inhibition with the same values in `equal`, and their ends."""

    written_as = "SourcesWritten"

    def __init__(self, key: str) -> None:
        self.key = key
        self.received: dict[str, Received] = {}
        self._noted: dict[str, _Noted] = {}
        self._ended: dict[str, float] = {}

    @property
    def reads(self) -> Collection[str]:
        """Only the item itself."""
        return (self.key,)

    def note(self, mark: SourceMark, event: Event, received: Received) -> None:
        """An event that inhibits others."""
        noted = _Noted(document_time(event).timestamp(), mark.seconds)
        self._noted[mark.object] = max(noted, self._noted.get(mark.object, noted))
        self.received[received.record.id] = received

    def end(self, object_key: str, at: float, received: Received) -> None:
        """This object may inhibit no longer."""
        self._ended[object_key] = max(at, self._ended.get(object_key, at))
        self.received[received.record.id] = received

    def change(self, items: Items, *, now: float) -> Change | None:
        """The item with what came: nothing, if it is known already or for about as long, or over by now."""
        item = items.get(self.key)
        before = sources = None if item is None else decode_sources(item.state)
        for object_key, (at, seconds) in self._noted.items():
            if at + seconds > now:
                sources = note(sources, self.key, object_key, now=min(at, now), seconds=seconds) or sources
        for object_key, ended in self._ended.items():
            if object_key not in self._noted or self._noted[object_key].at <= ended:
                sources = forget(sources, object_key, at=ended) or sources
        if sources is None or sources is before:
            return None
        return Change(
            key=self.key,
            version=item.version if item else 0,
            state=encode_state(sources),
            needed=max(now, sources.until),
        )
