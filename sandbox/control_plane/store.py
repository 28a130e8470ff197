"""etcd behind the API server's back: what age and accidents do to a cluster."""

from __future__ import annotations

from typing import Any

import urllib3

from sandbox.control_plane.errors import Refused


class Store:
    """etcd's HTTP interface."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = urllib3.PoolManager(retries=False, timeout=10)

    def healthy(self) -> bool:
        """Whether it serves."""
        try:
            answer = self._http.request("GET", f"{self._url}/health")
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200 and answer.json().get("health") == "true"

    def revision(self) -> int:
        """The newest one: what the API server calls a resourceVersion."""
        return int(self._call("/v3/kv/range", {"key": "AA=="})["header"]["revision"])

    def compact(self) -> int:
        """Forget all history, so that every older resourceVersion and continue token is answered with 410.

        Returns: the oldest revision that is still known.
        """
        revision = self.revision()
        self._call("/v3/kv/compaction", {"revision": str(revision), "physical": True})
        return revision

    def close(self) -> None:
        """Close the connections."""
        self._http.clear()

    def _call(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._http.request("POST", self._url + path, json=body)
        if answer.status != 200:
            raise Refused(answer.status, f"etcd {path}: {answer.data[:300].decode(errors='replace')}")
        return answer.json()
