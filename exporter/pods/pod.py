"""A Pod as Kubernetes writes it: the fields that tell how its containers ended, and no others."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct, field

T = TypeVar("T")


class PodMeta(Struct, frozen=True, rename="camel", gc=False):
    """ObjectMeta."""

    uid: str = ""
    name: str = ""
    namespace: str = ""
    resource_version: str = ""
    creation_timestamp: datetime | None = None
    deletion_timestamp: str | None = None
    """Set as soon as somebody deletes the Pod, while its containers are still being stopped."""


class Resources(Struct, frozen=True, gc=False):
    """What a container may use. A limit is a quantity: a string, though YAML lets people write numbers."""

    limits: dict[str, str | int | float] | None = None


class Container(Struct, frozen=True, gc=False):
    """A container as it is wanted."""

    name: str = ""
    resources: Resources | None = None


class PodSpec(Struct, frozen=True, rename="camel", gc=False):
    """PodSpec. An ephemeral container has no limits."""

    node_name: str = ""
    containers: list[Container] | None = None
    init_containers: list[Container] | None = None


class Terminated(Struct, frozen=True, rename="camel", gc=False):
    """ContainerStateTerminated."""

    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    container_id: str = field(default="", name="containerID")
    started_at: datetime | None = None
    finished_at: datetime | None = None


class ContainerState(Struct, frozen=True, gc=False):
    """Waiting and running are of no interest."""

    terminated: Terminated | None = None


class ContainerStatus(Struct, frozen=True, rename="camel", gc=False):
    """A container as it is."""

    name: str = ""
    restart_count: int = 0
    container_id: str = field(default="", name="containerID")
    """Of the newest container, running or not; absent before the first one was made."""
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()
    """How the container before that one ended, or that one itself while it waits to be started again."""


class PodStatus(Struct, frozen=True, rename="camel", gc=False):
    """PodStatus."""

    container_statuses: list[ContainerStatus] | None = None
    init_container_statuses: list[ContainerStatus] | None = None
    ephemeral_container_statuses: list[ContainerStatus] | None = None


class Pod(Struct, frozen=True, gc=False):
    """Everything may be missing: a BOOKMARK is a Pod that has only a version."""

    metadata: PodMeta = PodMeta()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


def repaired(raw: object) -> Pod:
    """The Pod in `raw`, decoded JSON of whatever it may be: a part that is of another type is left out.

    Never raises. The API server holds Pods to their types, so this is for one that a later version changes.
    """
    pod = raw if isinstance(raw, dict) else {}
    status = pod.get("status")
    return Pod(
        metadata=_converted(pod.get("metadata"), PodMeta) or PodMeta(),
        spec=_converted(pod.get("spec"), PodSpec) or PodSpec(),
        status=PodStatus(
            container_statuses=_statuses(status, "containerStatuses"),
            init_container_statuses=_statuses(status, "initContainerStatuses"),
            ephemeral_container_statuses=_statuses(status, "ephemeralContainerStatuses"),
        ),
    )


def _statuses(status: object, key: str) -> list[ContainerStatus]:
    found = status.get(key) if isinstance(status, dict) else None
    converted = (_converted(one, ContainerStatus) for one in (found if isinstance(found, list) else ()))
    return [one for one in converted if one is not None]


def _converted(value: object, type_: type[T]) -> T | None:
    try:
        return msgspec.convert(value, type_)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None
