"""The API server as its administrator sees it: JSON over HTTPS, without a client library in between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import urllib3

from sandbox.control_plane.errors import Refused

MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
"""Server-side apply: makes the object or changes it."""


class Api:
    """Calls as one user. Thread-safe."""

    def __init__(self, url: str, *, ca: Path, token: str, connections: int = 16) -> None:
        self.url = url
        self._http = urllib3.PoolManager(
            ca_certs=str(ca), retries=False, timeout=urllib3.Timeout(connect=5, read=65), maxsize=connections
        )
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def get(self, path: str) -> Any:
        """An object or a list."""
        return self.call("GET", path)

    def post(self, path: str, body: Any) -> Any:
        """Make an object."""
        return self.call("POST", path, body)

    def patch(self, path: str, body: Any, kind: str = MERGE_PATCH) -> Any:
        """Change an object."""
        return self.call("PATCH", path, body, kind)

    def delete(self, path: str) -> Any:
        """Remove an object, or a whole collection."""
        return self.call("DELETE", path)

    def text(self, path: str) -> str:
        """What is no JSON, such as /readyz."""
        return self._send("GET", path, None, "").decode()

    def call(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """
        Returns: the decoded answer.

        Raises:
            Refused: the server said no.
            urllib3.exceptions.HTTPError: there is no answer.
        """
        return json.loads(self._send(method, path, None if body is None else json.dumps(body).encode(), kind))

    def close(self) -> None:
        """Close the connections."""
        self._http.clear()

    def _send(self, method: str, path: str, body: bytes | None, kind: str) -> bytes:
        headers = self._headers | ({"Content-Type": kind} if body is not None else {})
        answer = self._http.request(method, self.url + path, body=body, headers=headers)
        if answer.status >= 300:
            raise Refused(answer.status, f"{method} {path}: {_message(answer.data)}")
        return answer.data


def _message(data: bytes) -> str:
    try:
        return str(json.loads(data)["message"])
    except (ValueError, KeyError, TypeError):
        return data[:300].decode(errors="replace")
