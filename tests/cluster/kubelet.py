"""A kubelet as far as the API server sees it: one Pod with one container, its status written step by step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.control_plane.api import Api

CONTAINER = "hungry"
LIMIT = "64Mi"
NODE = "node-1"


class Kubelet:
    """Runs the Pod on its node. Each step writes the whole container status, as a kubelet does."""

    def __init__(self, api: Api, namespace: str, name: str) -> None:
        self.name = name
        self._api = api
        self._path = f"/api/v1/namespaces/{namespace}/pods/{name}"
        self._restarts = 0
        self._last: dict[str, Any] = {}
        self._clock = datetime.now(UTC).replace(microsecond=0)
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "nodeName": NODE,
                "containers": [
                    {
                        "name": CONTAINER,
                        "image": "example.com/hungry:1",
                        "resources": {"limits": {"memory": LIMIT}},
                    }
                ],
            },
        }
        self.uid = str(api.post(f"/api/v1/namespaces/{namespace}/pods", pod)["metadata"]["uid"])

    def run(self) -> None:
        """The container is started."""
        self._write({"running": {"startedAt": self._tick()}}, ready=True)

    def oom_kill(self) -> None:
        """It took more memory than it may, and is killed."""
        self._ends(reason="OOMKilled", exit_code=137)

    def exit(self, exit_code: int) -> None:
        """It ends by itself."""
        self._ends(reason="Error" if exit_code else "Completed", exit_code=exit_code)

    def back_off(self) -> None:
        """It is to be started again, but not yet."""
        self._write(
            {"waiting": {"reason": "CrashLoopBackOff", "message": f"back-off restarting {CONTAINER}"}}
        )

    def restart(self) -> None:
        """It is started again: only now the count rises."""
        self._restarts += 1
        self.run()

    def touch(self) -> None:
        """Somebody else changes the Pod: a new resourceVersion, and nothing about containers."""
        self._api.patch(self._path, {"metadata": {"annotations": {"example.com/touched": self._tick()}}})

    def delete(self) -> None:
        """The Pod goes away at once."""
        self._api.call(
            "DELETE", self._path, {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0}
        )

    def _ends(self, *, reason: str, exit_code: int) -> None:
        terminated = {
            "exitCode": exit_code,
            "reason": reason,
            "startedAt": self._tick(),
            "finishedAt": self._tick(),
            "containerID": self._id,
        }
        self._write({"terminated": terminated})
        # From the next write on it is the state before the present one.
        self._last = {"terminated": terminated}

    @property
    def _id(self) -> str:
        return f"containerd://{self.uid.replace('-', '')}{self._restarts:032x}"

    def _write(self, state: dict[str, Any], *, ready: bool = False) -> None:
        status = {
            "name": CONTAINER,
            "image": "example.com/hungry:1",
            "imageID": "example.com/hungry@sha256:0",
            "containerID": self._id,
            "restartCount": self._restarts,
            "ready": ready,
            "started": ready,
            "state": state,
            "lastState": self._last,
        }
        body = {"status": {"phase": "Running", "hostIP": "10.0.0.1", "containerStatuses": [status]}}
        self._api.patch(f"{self._path}/status", body)

    def _tick(self) -> str:
        self._clock += timedelta(seconds=1)
        return self._clock.strftime("%Y-%m-%dT%H:%M:%SZ")
