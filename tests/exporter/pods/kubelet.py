"""Pods as a kubelet writes them: statuses of one container, and a kubelet that makes them from what runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from exporter.pods.pod import Pod

POD_UID = "4bd3c228-3be7-4dd6-8ece-7d0b6bb76139"
START = datetime(2026, 11, 21, 0, 54, 58, tzinfo=UTC)

Json = dict[str, Any]


def stamp(seconds: int) -> str:
    """A time so many seconds after the start."""
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def terminated(container_id: str = "containerd://f297", **changes: Any) -> Json:
    """The end of a container that was over its memory limit. A change of None takes the field out."""
    state = {
        "exitCode": 137,
        "reason": "OOMKilled",
        "startedAt": stamp(0),
        "finishedAt": stamp(46),
        "containerID": container_id,
    }
    return {name: value for name, value in (state | changes).items() if value is not None}


def status(
    restart_count: int = 0, *, name: str = "app", newest: str | None = "containerd://f297", **states: Any
) -> Json:
    """A container's status; `state` and `lastState` are those given, by default it runs."""
    found = {
        "name": name,
        "restartCount": restart_count,
        "containerID": newest,
        "state": {"running": {"startedAt": stamp(0)}},
        "lastState": {},
        "ready": False,
        "image": "registry.example/checkout:1.2.3",
    }
    return {name: value for name, value in (found | states).items() if value is not None}


def ended(restart_count: int = 0, container_id: str = "containerd://f297", **changes: Any) -> Json:
    """A status right after the container has ended."""
    end = {"terminated": terminated(container_id, **changes)}
    return status(restart_count, newest=container_id, state=end)


def restarted(restart_count: int, last: str, newest: str, **changes: Any) -> Json:
    """A status in which a new container runs."""
    return status(restart_count, newest=newest, lastState={"terminated": terminated(last, **changes)})


def pod_json(*statuses: Json, version: int = 407, uid: str = POD_UID, **changes: Any) -> Json:
    """A Pod with these containers; `changes` are further fields of metadata, spec and status."""
    return {
        "metadata": {
            "name": "checkout-78769cd565-bthdp",
            "namespace": "shop",
            "uid": uid,
            "resourceVersion": str(version),
            "creationTimestamp": stamp(-20),
            **changes.get("metadata", {}),
        },
        "spec": {
            "nodeName": "node-2.example.internal",
            "containers": [{"name": "app", "resources": {"limits": {"memory": "64Mi"}}}],
            **changes.get("spec", {}),
        },
        "status": {"phase": "Running", "containerStatuses": list(statuses), **changes.get("status", {})},
    }


def pod(*statuses: Json, version: int = 407, uid: str = POD_UID, **changes: Any) -> Pod:
    """The same, decoded."""
    raw = msgspec.json.encode(pod_json(*statuses, version=version, uid=uid, **changes))
    return msgspec.json.decode(raw, type=Pod)


class Kubelet:
    """What a kubelet says of one container (convertToAPIContainerStatuses in its kubelet_pods.go).

    It knows the containers that the runtime still has, and otherwise only what it said before.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._there: list[Json] = []
        """Containers of the runtime, the newest last, of which a kubelet keeps one dead one."""
        self._said = status(0, name=name, newest=None, state={"waiting": {"reason": "ContainerCreating"}})
        self._made = 0
        self._count = 0
        """restartCount of the next container."""
        self._backs_off = False

    @property
    def runs(self) -> bool:
        """Whether the container runs."""
        return bool(self._there) and "end" not in self._there[-1]

    def start(self) -> None:
        """A new container, if none runs."""
        if not self.runs:
            self._made += 1
            container = {"id": f"containerd://{self.name}-{self._made}", "count": self._count}
            self._there = [*self._there[-1:], container]
            self._count += 1
            self._backs_off = False

    def end(self, at: int, exit_code: int) -> None:
        """The container ends, if one runs."""
        if self.runs:
            reason = "OOMKilled" if exit_code == 137 else "Error"
            newest = self._there[-1]
            newest["end"] = terminated(
                newest["id"], exitCode=exit_code, reason=reason, startedAt=None, finishedAt=stamp(at)
            )

    def back_off(self) -> None:
        """Wait before the next start."""
        self._backs_off = not self.runs

    def collect_garbage(self) -> None:
        """Dead containers are removed."""
        self._there = [container for container in self._there if "end" not in container]

    def reboot(self, *, counts_on: bool) -> None:
        """The node loses all containers, and perhaps the logs by which the kubelet counts."""
        self._there = []
        if not counts_on:
            self._count = 0

    def says(self) -> Json:
        """The status that the kubelet would write now."""
        before = self._said
        if self._there:
            newest = self._there[-1]
            older = self._there[-2] if len(self._there) > 1 else {}
            last = {"terminated": older["end"]} if older else {}
            if "end" not in newest:
                state: Json = {"running": {"startedAt": stamp(0)}}
            elif self._backs_off:
                state, last = {"waiting": {"reason": "CrashLoopBackOff"}}, {"terminated": newest["end"]}
            else:
                state = {"terminated": newest["end"]}
            self._said = status(
                newest["count"], name=self.name, newest=newest["id"], state=state, lastState=last
            )
        elif "terminated" not in before["state"]:
            self._said = self._without_a_container(before)
        return self._said

    def _without_a_container(self, before: Json) -> Json:
        count, last = before["restartCount"], before["lastState"]
        if "running" in before["state"] and not last:
            # It ran, and nobody knows how it ended.
            last = {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown"}}
            count += 1
        waiting = {"waiting": {"reason": "ContainerCreating"}}
        return status(count, name=self.name, newest=None, state=waiting, lastState=last)
