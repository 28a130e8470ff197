"""The OpenSearch that is measured against, emptied before each trial."""

from __future__ import annotations

import copy
import json
from typing import Any, NamedTuple

import urllib3

from sandbox.opensearch import ServerError
from scripts.packaging.sources import ROOT

TEMPLATE = "/_index_template/kube-events"


class Server(NamedTuple):
    """Its HTTP interface."""

    url: str
    http: urllib3.PoolManager

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send JSON, return the decoded answer. Raises ServerError for a status over 299."""
        answer = self.http.request(
            method,
            self.url + path,
            body=None if body is None else json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        if answer.status > 299:
            raise ServerError(f"{method} {path}: HTTP {answer.status}: {answer.data[:300].decode()}")
        return answer.json()

    def clear(self, template: dict[str, Any] | None = None) -> None:
        """No indices of ours, and this template, by default that of the repository."""
        for index in self.indices():
            self.call("DELETE", f"/{index}")
        self.call("PUT", TEMPLATE, template or index_template())

    def indices(self) -> list[str]:
        """The names of those that this would write to."""
        return [index["index"] for index in self.call("GET", "/_cat/indices/kube-events-*?format=json")]

    def documents(self) -> int:
        """Documents in all indices of ours."""
        self.call("POST", "/kube-events-*/_refresh")
        count: int = self.call("GET", "/kube-events-*/_count")["count"]
        return count


def index_template() -> dict[str, Any]:
    """A copy of the repository's, to be changed."""
    template: dict[str, Any] = json.loads((ROOT / "opensearch" / "index-template.json").read_bytes())
    return copy.deepcopy(template)
