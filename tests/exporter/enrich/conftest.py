"""An API server with objects that can be got, one by one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Condition, Event
from typing import Any

import pytest

from eventcore import event as wire_event
from eventcore.normalise import normalise
from exporter.watch.credentials import credentials
from exporter.watch.transport import Patience, Transport
from sandbox.cluster.server import KUBECONFIG
from tests.fixtures.cluster import Answer, Asked, refusal
from tests.fixtures.loopback import LoopbackServer
from tests.fixtures.receivers import Clock

KINDS: dict[str, list[tuple[str, str, bool]]] = {
    "v1": [("pods", "Pod", True), ("nodes", "Node", False), ("bindings", "Binding", True)],
    "apps/v1": [("replicasets", "ReplicaSet", True), ("deployments", "Deployment", True)],
    "shop.example.com/v1": [("tills", "Till", True)],
    "shop.example.com/v1beta1": [("tills", "Till", True)],
}


def owner(kind: str, name: str, *, controller: bool = True, api_version: str = "apps/v1") -> dict[str, Any]:
    """An entry of ownerReferences."""
    reference = {"apiVersion": api_version, "kind": kind, "name": name, "uid": f"uid-{name}"}
    return {**reference, "controller": controller}


def about(kind: str, name: str, **fields: Any) -> wire_event.Event:
    """An event about an object in the namespace shop."""
    involved = {"kind": kind, "name": name, "uid": f"uid-{name}", "namespace": "shop", "apiVersion": "v1"}
    raw = {
        "metadata": {"name": f"{name}.1", "namespace": "shop", "uid": "u", "resourceVersion": "1"},
        "involvedObject": {**involved, **fields},
        "message": f"about {name}",
    }
    return normalise(raw, cluster="demo", received_at=datetime(2026, 11, 21, tzinfo=UTC))


class ObjectServer(LoopbackServer):
    """Answers GETs for objects, and for lists of resources in the new or the old way."""

    def __init__(self) -> None:
        super().__init__()
        self.aggregated = True
        self.answers: dict[str, Answer] = {}
        """By path; in front of everything else."""
        self.asked: list[Asked] = []
        self.let_go = Event()
        """Answers about objects wait for it."""
        self.let_go.set()
        self.ended = Event()
        """A watch is silent until then."""
        self._changed = Condition()

    def __exit__(self, *error: object) -> None:
        self.let_go.set()
        self.ended.set()
        super().__exit__(*error)

    def has(self, collection: str, name: str, **metadata: Any) -> None:
        """There is such an object. Its uid is uid-<name> if nothing else is said."""
        whole = {"name": name, "uid": f"uid-{name}", **metadata}
        body = {"kind": "PartialObjectMetadata", "metadata": whole}
        self.answers[f"{collection}/{name}"] = Answer(200, json.dumps(body).encode())

    def gone(self, collection: str, name: str) -> None:
        """There is none any more."""
        del self.answers[f"{collection}/{name}"]

    def count(self) -> Counter[str]:
        """How often which object was asked for."""
        paths = (asked.path for asked in self.asked)
        return Counter(path.rpartition("/")[2] for path in paths if _is_object(path))

    def wait_for_requests(self, number: int, timeout: float = 10.0) -> None:
        """Until so many objects were asked for."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.count().total() >= number, timeout), self.asked

    def transport(self, folder: Path) -> Transport:
        """A way to it."""
        path = folder / "kubeconfig"
        path.write_text(KUBECONFIG.format(url=self.url, token="invented"))
        return Transport(credentials(str(path), None), Patience())

    def answer(self, request: BaseHTTPRequestHandler, _body: bytes) -> Answer:
        """An object, a list of resources, or 404."""
        with self._changed:
            self.asked.append(Asked(request.path, {}, dict(request.headers)))
            self._changed.notify_all()
        if _is_object(request.path):
            self.let_go.wait()
        if "watch=1" in request.path:
            self.ended.wait()
        return self.answers.get(request.path) or self._resources(request.path)

    def _resources(self, path: str) -> Answer:
        if path in ("/api", "/apis"):
            found = _aggregated(path) if self.aggregated else _old(path)
            return Answer(200, json.dumps(found).encode())
        version = path.removeprefix("/api/").removeprefix("/apis/")
        if version in KINDS and not self.aggregated:
            old = [
                {"name": plural, "kind": kind, "namespaced": namespaced, "verbs": _verbs(kind)}
                for plural, kind, namespaced in KINDS[version]
            ]
            status = {"name": "pods/status", "kind": "Pod", "namespaced": True, "verbs": ["get"]}
            return Answer(200, json.dumps({"resources": [*old, status]}).encode())
        return refusal(404, "NotFound", "not found")


def _is_object(path: str) -> bool:
    if "?" in path:
        return False
    return len(path.split("/")) > 4 + path.startswith("/apis/") or "/nodes/" in path


def _verbs(kind: str) -> list[str]:
    return ["create"] if kind == "Binding" else ["get", "list"]


def _groups(path: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in KINDS:
        group, _, version = name.rpartition("/")
        if bool(group) == (path == "/apis"):
            groups.setdefault(group, []).append(version)
    return groups


def _aggregated(path: str) -> dict[str, Any]:
    return {
        "kind": "APIGroupDiscoveryList",
        "items": [
            {
                "metadata": {"name": group, "creationTimestamp": None},
                "versions": [
                    {
                        "version": version,
                        "freshness": "Current",
                        "resources": [
                            {
                                "resource": plural,
                                "responseKind": {"group": "", "version": "", "kind": kind},
                                "scope": "Namespaced" if namespaced else "Cluster",
                                "verbs": _verbs(kind),
                                "subresources": [{"subresource": "status", "verbs": ["get"]}],
                            }
                            for plural, kind, namespaced in KINDS["/".join(filter(None, (group, version)))]
                        ],
                    }
                    for version in versions
                ],
            }
            for group, versions in _groups(path).items()
        ],
    }


def _old(path: str) -> dict[str, Any]:
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    return {
        "kind": "APIGroupList",
        "groups": [
            {"name": group, "versions": [{"groupVersion": f"{group}/{version}"} for version in versions]}
            for group, versions in _groups(path).items()
        ],
    }


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock(1000.0)


@pytest.fixture
def objects() -> Iterator[ObjectServer]:
    """An API server without objects."""
    with ObjectServer() as server:
        yield server


@pytest.fixture
def transport(objects: ObjectServer, tmp_path: Path) -> Callable[[], Transport]:
    """Ways to it."""
    return lambda: objects.transport(tmp_path)
