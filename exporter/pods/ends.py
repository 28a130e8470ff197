"""How containers of a Pod ended, as far as its status shows it: of each container the last end or two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from exporter.pods.pod import Container, ContainerStatus, Pod, Terminated

Role = Literal["containers", "initContainers", "ephemeralContainers"]
"""Where in the Pod's spec a container stands."""


class ContainerEnd(Struct, frozen=True, gc=False):
    """One end of one container, as one look at the Pod shows it."""

    terminated: Terminated
    instance: int
    """Which of the container's runs ended, by its restartCount: the first one is 0."""
    id_is_its_own: bool = False
    """Whether the end has an id that the status does not know. No kubelet writes that, tools that play one
    do, and they make up another id at the next look."""

    @property
    def key(self) -> str:
        """The same at every look at this end, and that of no other end of this container.

        It is the runtime's id of the container that ended. The count is not enough: it begins anew when a
        node has lost its dead containers. A kubelet that lost track of a container gives no id.
        """
        return self.terminated.container_id or f"#{self.instance}"


class ContainerLook(Struct, frozen=True, gc=False):
    """One container, as one look at the Pod shows it."""

    name: str
    role: Role
    restart_count: int
    ends: tuple[ContainerEnd, ...]
    """The older one first. Kubernetes shows two at most."""


def look_at(pod: Pod) -> Iterator[ContainerLook]:
    """Every container that the Pod's status tells of."""
    status = pod.status
    for one in status.init_container_statuses or ():
        yield _look(one, "initContainers")
    for one in status.container_statuses or ():
        yield _look(one, "containers")
    for one in status.ephemeral_container_statuses or ():
        yield _look(one, "ephemeralContainers")


def memory_limit(pod: Pod, name: str) -> str:
    """`resources.limits.memory` of a container, as it is written there; "" if it has none."""
    containers: tuple[Container, ...] = (*(pod.spec.containers or ()), *(pod.spec.init_containers or ()))
    for container in containers:
        if container.name == name and container.resources and container.resources.limits:
            return str(container.resources.limits.get("memory", ""))
    return ""


def _look(status: ContainerStatus, role: Role) -> ContainerLook:
    now, before = status.state.terminated, status.last_state.terminated
    count = status.restart_count
    ends: tuple[ContainerEnd, ...] = ()
    if before is not None:
        # In a back-off the newest container is the one that has ended, and its count is not yet raised.
        waits = now is None and bool(before.container_id) and before.container_id == status.container_id
        ends = (ContainerEnd(before, count if waits else max(count - 1, 0)),)
    if now is not None:
        id_is_its_own = bool(now.container_id) and now.container_id != status.container_id
        ends = (*ends, ContainerEnd(now, count, id_is_its_own))
    return ContainerLook(status.name, role, count, ends)
