"""How containers ended, read plainly off the states of Pods: what an exporter has to tell of.

It shares nothing with the exporter's own reading (exporter/pods): an end is known here by when it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from eventcore.event import Event

LISTS = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")


class ContainerEnd(NamedTuple):
    """One end of one container. No container ends twice at a time."""

    pod: str
    """Its uid."""
    container: str
    finished_at: datetime
    killed: bool
    """For lack of memory."""


def ends_shown(pods: Iterable[Any]) -> frozenset[ContainerEnd]:
    """Every end that some state of some Pod shows.

    Args:
        pods: decoded Pods, each one a state that an exporter could see.
    """
    return frozenset(
        ContainerEnd(
            pod["metadata"]["uid"],
            name,
            datetime.fromisoformat(end["finishedAt"]),
            end.get("reason") == "OOMKilled",
        )
        for pod in pods
        for name, end in _ends(pod.get("status", {}))
        if end.get("finishedAt")
    )


def ends_told(events: Iterable[Event]) -> list[ContainerEnd]:
    """The end that each synthetic event tells of."""
    return [
        ContainerEnd(
            event.involved_object.uid,
            event.container.name,
            event.container.finished_at or event.first_seen,
            event.reason == "OOMKilled",
        )
        for event in events
        if event.synthetic and event.container is not None
    ]


def _ends(status: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in LISTS:
        for container in status.get(each) or ():
            for state in ("state", "lastState"):
                if end := (container.get(state) or {}).get("terminated"):
                    yield container["name"], end
