"""A cluster as `check` looks at it: who may do what, and what is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from exporter.check.rights import REVIEWS
from exporter.settings import Settings
from sandbox.cluster.server import KUBECONFIG
from tests.fixtures.aws import REGION
from tests.fixtures.cluster import Answer, refusal
from tests.fixtures.loopback import LoopbackServer

LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-events/leases/kube-events-exporter"


class Cluster(LoopbackServer):
    """Answers as an API server with an authorizer. `denied` holds what we may not do."""

    def __init__(self) -> None:
        super().__init__()
        self.denied: set[tuple[str, str, str]] = set()
        """Verb, resource and namespace, "" for all of them."""
        self.reviewed: list[dict[str, str]] = []
        self.answers: dict[str, Answer] = {}
        """By path, instead of what would be said."""
        self.selectors: set[str] = set()
        """With which events were asked for."""
        lease = {"metadata": {"uid": "u", "resourceVersion": "7"}, "spec": {"holderIdentity": "pod-1_ab"}}
        self.lease: dict[str, Any] | None = lease

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        """To a GET, or to a review of a right."""
        return self._review(request.path, json.loads(body)) if body else self._get(request.path)

    def _get(self, target: str) -> Answer:
        url = urlsplit(target)
        query = dict(parse_qsl(url.query))
        if url.path in self.answers:
            return self.answers[url.path]
        if url.path == "/version":
            return Answer(200, b'{"gitVersion":"v1.36.3"}')
        if url.path == LEASE and self.lease:
            return Answer(200, json.dumps(self.lease).encode())
        if url.path.endswith("/events"):
            self.selectors.add(query.get("fieldSelector", ""))
            return Answer(
                200, b"" if "watch" in query else b'{"metadata":{"resourceVersion":"5"},"items":[]}'
            )
        return refusal(404, "NotFound", "not found")

    def _review(self, path: str, body: dict[str, Any]) -> Answer:
        if path in self.answers:
            return self.answers[path]
        assert path == REVIEWS
        attributes = body["spec"]["resourceAttributes"]
        self.reviewed.append(attributes)
        asked = (attributes["verb"], attributes["resource"], attributes.get("namespace", ""))
        return Answer(201, json.dumps({"status": {"allowed": asked not in self.denied}}).encode())


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster in which everything is as it should be."""
    with Cluster() as server:
        yield server


@pytest.fixture
def settings(cluster: Cluster, tmp_path: Path) -> Callable[..., Settings]:
    """Settings for this cluster and the stream kube-events."""
    path = tmp_path / "kubeconfig"
    path.write_text(KUBECONFIG.format(url=cluster.url, token="invented"))
    given = {"cluster": "demo", "sink": "kinesis", "stream": "kube-events", "region": REGION}
    return lambda **more: Settings(**{"kubeconfig": str(path), **given, **more})
