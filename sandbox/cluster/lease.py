"""The one Lease that is there from the start: read, and written by who has read it last."""

from __future__ import annotations

import json
from threading import Lock
from typing import Any
from uuid import uuid4

from sandbox.cluster import answers
from sandbox.cluster.answers import Answer

NAMESPACE = "kube-events"
NAME = "kube-events-exporter"
"""The exporter's defaults."""

FIRST_VERSION = 247
"""Of the Lease as the chart makes it: where the recordings begin."""


class ReplayedLease:
    """Answers GET and PUT as the API server does. Thread-safe."""

    path = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases/{NAME}"

    def __init__(self) -> None:
        self._lock = Lock()
        self.restore()

    def restore(self, backup: dict[str, Any] | None = None) -> None:
        """What a restored backup brings back: without one the Lease as it was made, nobody's."""
        with self._lock:
            self._lease: dict[str, Any] = backup or {
                "kind": "Lease",
                "apiVersion": "coordination.k8s.io/v1",
                "metadata": {
                    "name": NAME,
                    "namespace": NAMESPACE,
                    "uid": "6b0a6c1e-6f6b-4b8e-9d62-6f3f6f1f0c11",
                    "resourceVersion": str(FIRST_VERSION),
                    "creationTimestamp": "2026-11-21T00:55:20Z",
                    "labels": {"app.kubernetes.io/name": NAME},
                },
                "spec": {},
            }

    def remake(self) -> None:
        """Deleted and made again: another uid, and versions go on."""
        version = self._version
        self.restore()
        with self._lock:
            self._lease["metadata"]["uid"] = str(uuid4())
            self._lease["metadata"]["resourceVersion"] = str(version + 1)

    @property
    def document(self) -> dict[str, Any]:
        """A copy of the object."""
        with self._lock:
            copy: dict[str, Any] = json.loads(json.dumps(self._lease))
            return copy

    def get(self) -> Answer:
        """The object."""
        return _answer(self.document)

    def put(self, body: bytes) -> Answer:
        """Write it, or refuse what was not made of its present state."""
        try:
            lease = json.loads(body)
            version, uid = lease["metadata"]["resourceVersion"], lease["metadata"]["uid"]
            fields = {"metadata": lease["metadata"], "spec": lease["spec"]}
        except (ValueError, TypeError, KeyError):
            return answers.BAD_BODY
        with self._lock:
            present = self._lease["metadata"]
            if (version, uid) != (present["resourceVersion"], present["uid"]):
                return answers.conflict("leases.coordination.k8s.io", NAME)
            kept = {"uid": uid, "creationTimestamp": present["creationTimestamp"]}
            self._lease = {**self._lease, **fields}
            self._lease["metadata"] |= {**kept, "resourceVersion": str(self._version + 1)}
        return self.get()

    @property
    def _version(self) -> int:
        return int(self._lease["metadata"]["resourceVersion"])


def _answer(document: dict[str, Any]) -> Answer:
    return Answer(200, json.dumps(document).encode())
