"""The states of all Pods, as far as they are needed to tell each end of a container once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Event as Flag
from typing import Protocol

from eventcore.event import Cluster, Event
from exporter.pods.ends import look_at
from exporter.pods.nodes import PodNodes
from exporter.pods.pod import Pod
from exporter.pods.synthetic import synthetic_event
from exporter.pods.told import Told
from exporter.watch.answers import WatchLine
from exporter.watch.order import is_newer

IsKnown = Callable[[str], bool]
"""Whether what a Pod shows in a resourceVersion was told before this process began."""


def nothing_known(_version: str) -> bool:
    """A start without a checkpoint: every end that the API server still shows is told."""
    return False


def everything_known(_version: str) -> bool:
    """A start that tells only of what comes (`--start now`)."""
    return True


def known_up_to(checkpoint: str) -> IsKnown:
    """A start with a checkpoint: a resourceVersion up to which everything was told."""
    return lambda version: not is_newer(version, than=checkpoint)


class Outlet(Protocol):
    """Takes synthetic events on their way to the stream."""

    def put(self, events: Sequence[Event], version: str) -> None:
        """Take events; may block. When they and all before them are sent, the checkpoint may stand at
        `version`; "" while a list is being read, which comes in key order."""

    def forget(self) -> None:
        """Versions put so far mean nothing any more."""


class _PodState:
    """What is kept of a Pod: no more than this, since there are tens of thousands."""

    __slots__ = ("containers", "list_number")

    def __init__(self) -> None:
        self.containers: tuple[Told, ...] = ()
        self.list_number = 0
        """Of the last list that had the Pod."""

    def told(self, name: str) -> Told:
        for container in self.containers:
            if container.name == name:
                return container
        container = Told(sys.intern(name))
        self.containers = (*self.containers, container)
        return container


class PodStates:
    """Consumes a list and watch of Pods and puts out the ends of their containers.

    A reflector must always list first: what a watch brings is compared with it. Memory is bounded by the
    Pods that are there; the ends themselves are not kept, only by which keys they are known again.
    """

    def __init__(
        self,
        cluster: Cluster,
        outlet: Outlet,
        nodes: PodNodes,
        *,
        is_known: IsKnown = nothing_known,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            cluster: where the Pods are; its name is part of every identity.
            outlet: takes the events.
            nodes: told where Pods run; readers of several namespaces share it.
            is_known: which Pods of the first list were told of before.
            now: the time at which something counts as seen.
        """
        self.ready = Flag()
        """Set when the first list is complete: `nodes` then knows every Pod."""
        self._cluster = cluster
        self._outlet = outlet
        self._nodes = nodes
        self._is_known = is_known
        self._now = now
        self._pods: dict[str, _PodState] = {}
        self._list_number = 1
        """Of the list under way, or else of the next one."""

    def __len__(self) -> int:
        return len(self._pods)

    def listed(self, items: Sequence[Pod]) -> None:
        """Take one page of a list."""
        found: list[Event] = []
        for pod in items:
            found.extend(self._look(pod, tell=not self._is_known(pod.metadata.resource_version)))
            state = self._pods.get(pod.metadata.uid)
            if state is not None:
                state.list_number = self._list_number
        if found:
            self._outlet.put(found, "")

    def list_ended(self, version: str) -> None:
        """Forget the Pods that the list lacks: they went while nobody watched."""
        gone = [uid for uid, state in self._pods.items() if state.list_number != self._list_number]
        for uid in gone:
            self._drop(uid)
        self._list_number += 1
        self._is_known = nothing_known
        self.ready.set()
        self._outlet.put((), version)

    def watched(self, lines: Sequence[WatchLine[Pod]]) -> None:
        """Take the lines that arrived together."""
        found: list[Event] = []
        for line in lines:
            if line.type == "BOOKMARK":
                continue
            # DELETED shows the last state there was: an end may be seen in it that no line before it had.
            found.extend(self._look(line.object))
            if line.type == "DELETED":
                self._drop(line.object.metadata.uid)
        self._outlet.put(found, lines[-1].object.metadata.resource_version)

    def forget(self) -> None:
        """Tell again what the next list shows: a Pod whose version made it known may be another one."""
        for uid in tuple(self._pods):
            self._drop(uid)
        self._is_known = nothing_known
        self._outlet.forget()

    def _look(self, pod: Pod, *, tell: bool = True) -> list[Event]:
        """The events of what this look shows and none before it did."""
        uid = pod.metadata.uid
        if not uid:
            return []  # nothing could be known again
        state = self._pods.get(uid)
        if state is None:
            state = self._pods[uid] = _PodState()
        self._nodes.set(uid, pod.spec.node_name)
        found = [(look, new) for look in look_at(pod) for new in state.told(look.name).new_ends(look)]
        if not tell or not found:
            return []
        seen = self._now()
        return [
            synthetic_event(pod, look, new, cluster=self._cluster, received_at=seen) for look, new in found
        ]

    def _drop(self, uid: str) -> None:
        self._pods.pop(uid, None)
        self._nodes.forget(uid)
