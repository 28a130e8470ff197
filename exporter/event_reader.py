"""What becomes of the Event objects that a reflector hands over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eventcore.event import Event
from eventcore.kubernetes_event import KubernetesEvent
from exporter.outlet import Outlet
from exporter.watch.answers import WatchLine
from exporter.watch.order import is_newer

AT_ONCE = 100
"""Of a page, which is in memory anyway, so many are encoded at once: what a busy watch brings at a time."""


class EventReader:
    """Ships every state that is new. DELETED is none: it is the expiry of an event."""

    def __init__(
        self, intake: Callable[[Sequence[KubernetesEvent]], list[Event]], outlet: Outlet, seen: str
    ) -> None:
        """
        Args:
            intake: makes events of objects that arrived together, and leaves out what is not to be shipped.
            outlet: takes them.
            seen: all states up to this version have been shipped before; empty for none.
        """
        self._intake = intake
        self._outlet = outlet
        self._seen = seen

    def listed(self, items: Sequence[KubernetesEvent]) -> None:
        """Ship what a watch has not brought before. After a 410, which is routine, that is little."""
        if self._seen:
            items = [item for item in items if is_newer(item.metadata.resource_version, than=self._seen)]
        for first in range(0, len(items), AT_ONCE):
            self._outlet.put(self._intake(items[first : first + AT_ONCE]), "")

    def list_ended(self, version: str) -> None:
        """The watch goes on behind the list."""
        self._seen = version
        self._outlet.put((), version)

    def watched(self, lines: Sequence[WatchLine[KubernetesEvent]]) -> None:
        """Ship what was written."""
        written = [line.object for line in lines if line.type == "ADDED" or line.type == "MODIFIED"]
        version = lines[-1].object.metadata.resource_version
        self._outlet.put(self._intake(written), version)
        self._seen = version or self._seen

    def forget(self) -> None:
        """Ship all that the next list brings."""
        self._seen = ""
        self._outlet.forget()
