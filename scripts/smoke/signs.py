"""What a cluster says about the workloads: events that an exporter reads there, and those that it makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from eventcore.event import Cluster, Event
from eventcore.normalise import normalise
from exporter.pods.nodes import PodNodes
from exporter.pods.pod import repaired
from exporter.pods.states import PodStates
from scripts.smoke.kubectl import Kubectl


class Sign(NamedTuple):
    """A reason that has to be seen of a workload."""

    workload: str
    reason: str


SIGNS = (
    Sign("smoke-crashing", "ContainerExited"),
    Sign("smoke-crashing", "BackOff"),
    Sign("smoke-over-memory", "OOMKilled"),
    Sign("smoke-unschedulable", "FailedScheduling"),
)
"""The first and the third are the exporter's own: Kubernetes has them in the status of Pods only."""

NO_IMAGE = frozenset({"ErrImagePull", "ErrImageNeverPull", "InspectFailed", "Failed"})


def sign_of(event: Event) -> Sign | None:
    """Which of the signs an event is."""
    for sign in SIGNS:
        if event.reason == sign.reason and event.involved_object.name.startswith(f"{sign.workload}-"):
            # BackOff of type Normal is about an image that cannot be pulled.
            return None if sign.reason == "BackOff" and event.type == "Normal" else sign
    return None


class _Collected:
    """What the exporter would put onto the stream."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def put(self, events: Sequence[Event], version: str) -> None:
        self.events.extend(events)

    def forget(self) -> None:
        pass


class Look:
    """Looks at the namespace again and again, as an exporter sees it."""

    def __init__(self, kubectl: Kubectl, cluster: str, now: Callable[[], datetime]) -> None:
        self._kubectl = kubectl
        self._cluster = cluster
        self._now = now
        self._synthetic = _Collected()
        self._pods = PodStates(Cluster(name=cluster), self._synthetic, PodNodes(), now=now)
        self.pull_trouble = ""
        """What the kubelet says of an image that it cannot pull."""

    def found(self) -> dict[Sign, Event]:
        """The newest event for each sign that is there.

        Raises:
            KubectlError: the cluster cannot be asked.
        """
        listed = self._kubectl.get("pods", "--selector=app.kubernetes.io/part-of=kube-events-smoke")
        self._pods.listed([repaired(pod) for pod in listed["items"]])
        self._pods.list_ended(listed["metadata"].get("resourceVersion", ""))
        events = [
            normalise(raw, cluster=self._cluster, received_at=self._now())
            for raw in self._kubectl.get("events")["items"]
        ]
        for event in events:
            if event.reason in NO_IMAGE and "image" in event.message and is_ours(event):
                self.pull_trouble = event.message
        return {sign: event for event in (*events, *self._synthetic.events) if (sign := sign_of(event))}


def is_ours(event: Event) -> bool:
    """Whether an event is about one of the workloads' Pods."""
    return any(event.involved_object.name.startswith(f"{sign.workload}-") for sign in SIGNS)
