"""Synthetic events: the end of a container as the Event that Kubernetes does not write.

The same end gives the same identity whenever, however often and by whichever replica it is seen: see
docs/decisions/0010-the-end-of-a-container-is-named-by-its-id.md.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from eventcore.event import (
    SCHEMA_VERSION,
    Cluster,
    ContainerExit,
    Event,
    InvolvedObject,
    Metadata,
    Source,
)
from eventcore.severity import builtin_severity
from eventcore.shorten import Shortener
from eventcore.timestamps import known_time
from exporter.pods.ends import ContainerEnd, ContainerLook, memory_limit
from exporter.pods.pod import Pod, Terminated
from exporter.pods.told import NewEnd

OOM_KILLED = "OOMKilled"
"""Kubernetes' own word for it in a container's state, so the reason that people look for."""

CONTAINER_EXITED = "ContainerExited"

COMPONENT = "kube-events-exporter"

RESOURCE_VERSION = "1"
"""An end has one state, so one version. The Pod's would be another one after any change to the Pod."""

_ENDS = UUID("6b9a6a1e-5d0c-4c0e-9d0c-2f4f1f3a7f10")
"""The namespace of the uids. It never changes: it is part of every identity."""

_SIGNAL_OFFSET = 128
"""Runtimes say that a signal killed a process by an exit code that is so much higher (POSIX shells)."""

_SIGNALS = frozenset(known.value for known in signal.Signals)

_STOPPED = frozenset({signal.SIGTERM, signal.SIGKILL})
"""By which a kubelet stops the containers of a Pod that is deleted."""


def synthetic_event(
    pod: Pod, look: ContainerLook, new: NewEnd, *, cluster: Cluster, received_at: datetime
) -> Event:
    """The event of a container's end.

    Args:
        pod: that the container belongs to, as it was seen.
        look: at the container.
        new: the end.
        cluster: where the Pod is.
        received_at: when it was seen.
    """
    shorten = Shortener()
    meta, end = pod.metadata, new.end
    finished = _known(end.terminated.finished_at)
    container = ContainerExit(
        name=shorten.text(look.name, "container.name"),
        exit_code=end.terminated.exit_code,
        reason=shorten.text(end.terminated.reason, "container.reason"),
        signal=_signal(end.terminated),
        container_id=shorten.text(end.terminated.container_id, "container.containerID"),
        started_at=_known(end.terminated.started_at),
        finished_at=finished,
        memory_limit=shorten.text(memory_limit(pod, look.name), "container.memoryLimit"),
        init=look.role == "initContainers",
        restart_count=look.restart_count,
        restarts=new.restarts,
    )
    reason = OOM_KILLED if container.reason == OOM_KILLED else CONTAINER_EXITED
    event_type = "Normal" if reason == CONTAINER_EXITED and _is_expected(pod, container) else "Warning"
    message = _message(meta.name, container, new.unseen)
    uid = _uid(meta.uid, look.name, end)
    return Event(
        schema_version=SCHEMA_VERSION,
        cluster=cluster,
        metadata=Metadata(
            uid=uid,
            resource_version=RESOURCE_VERSION,
            creation_timestamp=_within(finished or received_at, pod, received_at),
            name=f"{meta.name}.{uid[-12:]}",
            namespace=meta.namespace,
        ),
        involved_object=InvolvedObject(
            kind="Pod",
            namespace=meta.namespace,
            name=meta.name,
            uid=meta.uid,
            api_version="v1",
            field_path=f"spec.{look.role}{{{container.name}}}",
        ),
        first_seen=finished or received_at,
        last_seen=finished or received_at,
        received_at=received_at,
        count=1,
        severity=builtin_severity(reason=reason, event_type=event_type, component=COMPONENT, message=message),
        reason=reason,
        type=event_type,
        message=message,
        source=Source(component=COMPONENT),
        reporting_component=COMPONENT,
        node=pod.spec.node_name,
        synthetic=True,
        container=container,
        truncated=shorten.truncated,
    )


def _uid(pod_uid: str, container: str, end: ContainerEnd) -> str:
    return str(uuid5(_ENDS, f"{pod_uid}/{container}/{end.key}"))


def _is_expected(pod: Pod, container: ContainerExit) -> bool:
    """Whether the container did its work, or was stopped because somebody deleted its Pod."""
    return container.exit_code == 0 or (
        pod.metadata.deletion_timestamp is not None and container.signal in _STOPPED
    )


def _known(time: datetime | None) -> datetime | None:
    """A time in UTC; None for what runtimes write where there is none: Go's zero time, or that of Unix."""
    moment = known_time(time)
    return None if moment is None or moment.timestamp() <= 0 else moment


def _within(time: datetime, pod: Pod, received_at: datetime) -> datetime:
    """The time, unless the node's clock is wrong: no end is before its Pod, none is still to come.

    creationTimestamp is the bound that decides in which index a document lies (eventcore/identity.py).
    """
    created = _known(pod.metadata.creation_timestamp)
    return min(max(time, created) if created else time, received_at)


def _signal(terminated: Terminated) -> int:
    """The signal that killed the container, 0 if none did. Kubernetes has a field for it that runtimes leave
    empty."""
    if terminated.signal > 0:
        return terminated.signal
    number = terminated.exit_code - _SIGNAL_OFFSET
    return number if number in _SIGNALS else 0


def _message(pod_name: str, container: ContainerExit, unseen: int) -> str:
    """One sentence. What the container itself said at its end is left out: it may be a line of its log."""
    who = f"{'Init container' if container.init else 'Container'} {container.name} of Pod {pod_name}"
    killed = container.reason == OOM_KILLED
    how = f"was killed for lack of memory ({OOM_KILLED})" if killed else "ended"
    return f"{who} {how}: {', '.join(_facts(container, unseen))}"


def _facts(container: ContainerExit, unseen: int) -> Iterator[str]:
    why = signal.Signals(container.signal).name if container.signal in _SIGNALS else container.reason
    yield f"exit code {container.exit_code}{f' ({why})' if why else ''}"
    if container.reason == OOM_KILLED:
        yield (
            f"memory limit {container.memory_limit}"
            if container.memory_limit
            else "no memory limit of its own"
        )
    if container.started_at and container.finished_at and container.started_at <= container.finished_at:
        yield f"ran for {_duration(container.finished_at - container.started_at)}"
    if container.restart_count:
        yield f"restart count {container.restart_count}"
    if unseen:
        yield f"{unseen} earlier end{'s' if unseen > 1 else ''} unseen: Kubernetes keeps only the last"


def _duration(length: timedelta) -> str:
    """Such as 46s, 5m3s, 2h10m, 3d4h: the two largest units."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{number}{unit}" for number, unit in zip((days, hours, minutes, seconds), "dhms", strict=True)]
    first = next((at for at, part in enumerate(parts) if part[0] != "0"), 3)
    return "".join(part for part in parts[first : first + 2] if part[0] != "0") or "0s"
