"""Puts Pods in and takes events out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from eventcore.event import Cluster, Event
from exporter.pods.nodes import PodNodes
from exporter.pods.pod import Pod
from exporter.pods.states import IsKnown, PodStates, nothing_known
from exporter.watch.answers import Change, WatchLine

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


class Shipped:
    """The outlet: keeps what was put."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.versions: list[str] = []

    def put(self, events: Sequence[Event], version: str) -> None:
        self.events.extend(events)
        self.versions.append(version)

    def forget(self) -> None:
        self.versions.append("forgotten")


class Watcher:
    """A PodStates with what it told, fed as a reflector does."""

    def __init__(
        self,
        is_known: IsKnown = nothing_known,
        now: Callable[[], datetime] = lambda: NOW,
        outlet: Shipped | None = None,
    ) -> None:
        self.shipped = outlet or Shipped()
        self.nodes = PodNodes()
        self.states = PodStates(Cluster(name="prod-eu"), self.shipped, self.nodes, is_known=is_known, now=now)

    @property
    def events(self) -> list[Event]:
        return self.shipped.events

    def list(self, *pods: Pod, version: str = "400") -> list[Event]:
        """A whole list; the events that it brought."""
        before = len(self.events)
        self.states.listed(pods)
        self.states.list_ended(version)
        return self.events[before:]

    def see(self, *pods: Pod, change: Change = "MODIFIED") -> list[Event]:
        """Lines of the watch, all of one kind; the events that they brought."""
        before = len(self.events)
        self.states.watched([WatchLine(change, pod) for pod in pods])
        return self.events[before:]


@pytest.fixture
def watcher() -> Watcher:
    """A watcher that has seen an empty list."""
    started = Watcher()
    started.list()
    return started
