"""Everything that reads: events and Pods, of all namespaces in one or of each chosen one, and their marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from eventcore.kubernetes_event import KubernetesEvent
from eventcore.repair import repaired
from exporter.checkpoint.checkpoint import Checkpoint
from exporter.checkpoint.mark import NOTHING, Mark
from exporter.cluster import cluster_of
from exporter.counts import Resource
from exporter.event_reader import EventReader
from exporter.intake import EventIntake
from exporter.outlet import Enrichment, Outlet
from exporter.pods import pod
from exporter.pods.nodes import PodNodes
from exporter.pods.states import IsKnown, PodStates, everything_known, known_up_to, nothing_known
from exporter.selection.selection import Selection
from exporter.settings import Settings
from exporter.ship.buffer import Buffer, Closed
from exporter.surroundings import Surroundings
from exporter.watch.answers import T
from exporter.watch.consumer import Consumer
from exporter.watch.reflector import Pace, Reflector, Start
from exporter.watch.resource_api import ResourceApi, core_path

PODS_FIRST = 5.0
"""Seconds that events wait at most for the first list of Pods, which says on which node each Pod is. A server
that refuses Pods must not keep the events."""

Threads = Iterator[tuple[str, Callable[[], None]]]


class Reading:
    """The readers of one term. They begin where `found` ends."""

    def __init__(
        self,
        surroundings: Surroundings,
        selection: Selection,
        buffer: Buffer,
        enricher: Enrichment | None,
        found: Checkpoint,
    ) -> None:
        """
        Args:
            surroundings: of all terms.
            selection: what is read and shipped.
            buffer: takes it.
            enricher: adds what is known of an event's object; None for nothing.
            found: where the term before this one stood.
        """
        self._surroundings = surroundings
        self._settings = surroundings.settings
        self._cluster = cluster_of(surroundings.settings)
        self._selection = selection
        self._buffer = buffer
        self._enricher = enricher
        self._nodes = PodNodes()
        namespaces = namespaces_of(selection)
        of_pods = namespaces if self._settings.pod_status else ()
        self._event_marks = {each: Mark(found.events.get(each, "")) for each in namespaces}
        self._pod_marks = {each: Mark(found.pods.get(each, "")) for each in of_pods}
        self._pods = {each: self._pod_states(each, mark) for each, mark in self._pod_marks.items()}
        self._pod_reflectors = {
            each: self._pod_reflector(each, self._pod_marks[each], states)
            for each, states in self._pods.items()
        }
        self._event_reflectors = {
            each: self._event_reflector(each, mark) for each, mark in self._event_marks.items()
        }

    @property
    def threads(self) -> Threads:
        """Name and work of each thread that is to be started; all end after `stop`."""
        for pods in self._pod_reflectors.values():
            yield pods.name, _until_closed(pods.run)
        for namespace, events in self._event_reflectors.items():
            yield events.name, _until_closed(self._after_pods(namespace, events.run))

    def stop(self) -> None:
        """End soon."""
        for reflector in self._reflectors():
            reflector.stop()

    def lose_history(self) -> None:
        """The API server was restored from a backup: read everything again, whatever its versions are."""
        for mark in (*self._event_marks.values(), *self._pod_marks.values()):
            mark.doubt()
        for reflector in self._reflectors():
            reflector.lose_history()

    def checkpoint(self) -> Checkpoint:
        """Up to where everything is settled."""
        return Checkpoint(
            cluster=self._settings.cluster,
            selector=self._selection.fingerprint,
            events=_versions(self._event_marks),
            pods=_versions(self._pod_marks),
        )

    def lag(self) -> float:
        """Seconds since the oldest state that is not settled was read, or since events cannot be read if that
        is longer: nobody knows what was written meanwhile. 0 if there is neither."""
        marks = (*self._event_marks.values(), *self._pod_marks.values())
        return max(self.unanswered(), *(mark.lag() for mark in marks))

    def unanswered(self) -> float:
        """Seconds since a reader of events cannot read for want of a good answer; 0 if all can. Waiting for
        room in the buffer is none of it."""
        return max(reflector.unanswered() for reflector in self._event_reflectors.values())

    def _reflectors(self) -> Iterator[Reflector[Any]]:
        yield from self._pod_reflectors.values()
        yield from self._event_reflectors.values()

    def _event_reflector(self, namespace: str, mark: Mark) -> Reflector[KubernetesEvent]:
        name = _name("events", namespace)
        intake = EventIntake(
            self._cluster,
            self._surroundings.counts,
            node_of=self._nodes.of if self._pods else None,
            drops=self._selection.drops,
        )
        api = ResourceApi(
            self._surroundings.transport.clone(),
            core_path("events", namespace),
            KubernetesEvent,
            repaired,
            field_selector=self._selection.field_selector,
        )
        reader = EventReader(intake, self._outlet(name, mark), mark.version)
        return self._reflector(name, "events", api, reader, _start(mark, self._settings))

    def _pod_states(self, namespace: str, mark: Mark) -> PodStates:
        outlet = self._outlet(_name("pods", namespace), mark, synthetic=True)
        return PodStates(self._cluster, outlet, self._nodes, is_known=_known(mark.version, self._settings))

    def _pod_reflector(self, namespace: str, mark: Mark, states: PodStates) -> Reflector[pod.Pod]:
        transport = self._surroundings.transport.clone()
        api = ResourceApi(transport, core_path("pods", namespace), pod.Pod, pod.repaired)
        name = _name("pods", namespace)
        # What the Pods are is known of none before the first list, whatever the checkpoint.
        return self._reflector(name, "pods", api, states, Start(version=mark.version))

    def _outlet(self, name: str, mark: Mark, *, synthetic: bool = False) -> Outlet:
        return Outlet(
            self._buffer,
            mark,
            self._surroundings.counts,
            self._surroundings.pulse,
            name=name,
            enricher=self._enricher,
            drops_synthetic=self._selection.drops_synthetic if synthetic else None,
        )

    def _reflector(
        self,
        name: str,
        resource: Resource,
        api: ResourceApi[T],
        consumer: Consumer[T],
        start: Start,
    ) -> Reflector[T]:
        seconds = self._settings.watch_timeout
        return Reflector(
            api,
            consumer,
            self._surroundings.counts,
            self._surroundings.pulse,
            self._surroundings.readiness,
            name=name,
            resource=resource,
            start=start,
            pace=Pace(page_size=self._settings.list_page_size, watch_seconds=(seconds, 2 * seconds)),
        )

    def _after_pods(self, namespace: str, run: Callable[[], None]) -> Callable[[], None]:
        def wait_and_run() -> None:
            if namespace in self._pods:
                self._pods[namespace].ready.wait(PODS_FIRST)
            run()

        return wait_and_run


def namespaces_of(selection: Selection) -> tuple[str, ...]:
    """Each has readers of its own; "" is all of them in one."""
    return selection.namespaces or ("",)


def _until_closed(run: Callable[[], None]) -> Callable[[], None]:
    def read() -> None:
        # Closed: the exporter is stopping; what was not taken is read again at the next start.
        with suppress(Closed):
            run()

    return read


def _name(resource: Resource, namespace: str) -> str:
    return f"{resource} of {namespace}" if namespace else resource


def _versions(marks: Mapping[str, Mark]) -> dict[str, str]:
    found = {namespace: mark.version for namespace, mark in marks.items()}
    return {namespace: version for namespace, version in found.items() if version}


def _start(mark: Mark, settings: Settings) -> Start:
    if mark.version:
        # A watch from the version before all others would bring the server's states in key order.
        return Start(version=mark.version, first="list" if mark.version == NOTHING else "watch")
    return Start(first="list" if settings.start == "all" else "now")


def _known(version: str, settings: Settings) -> IsKnown:
    if version:
        return known_up_to(version)
    return nothing_known if settings.start == "all" else everything_known
