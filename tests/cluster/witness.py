"""A watch of our own, straight at the API server: what components wrote, which the tests did not."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Self

import urllib3
from urllib3.exceptions import HTTPError

from sandbox.control_plane.plane import ControlPlane
from tests.cluster.account import Write
from tests.cluster.writer import state_of

WATCH_SECONDS = 600


class Witness:
    """Notes every state of every event from now on. A context manager; the server must stay up meanwhile."""

    def __init__(self, plane: ControlPlane) -> None:
        self._lock = Lock()
        self._writes: list[Write] = []
        newest = plane.api.get("/api/v1/events?limit=1")["metadata"]["resourceVersion"]
        self._http = urllib3.PoolManager(ca_certs=str(plane.layout.pki.ca), retries=False)
        self._answer = self._http.request(
            "GET",
            f"{plane.layout.url}/api/v1/events?watch=1&resourceVersion={newest}&timeoutSeconds={WATCH_SECONDS}",
            headers={"Authorization": f"Bearer {_token(plane.layout.pki.admin_token)}"},
            preload_content=False,
        )
        self._thread = Thread(target=self._read, name="witness")

    @property
    def writes(self) -> list[Write]:
        """What was written so far."""
        with self._lock:
            return self._writes.copy()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._answer.shutdown()
        self._thread.join()
        self._answer.close()
        self._http.clear()

    def _read(self) -> None:
        rest = b""
        # It ends by being shut down.
        with suppress(HTTPError, OSError, ValueError):
            for chunk in self._answer.stream(65536):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._note(json.loads(line))

    def _note(self, line: dict[str, Any]) -> None:
        if line["type"] in ("ADDED", "MODIFIED"):
            with self._lock:
                self._writes.append(Write(state_of(line["object"]), time.time()))


def _token(path: Path) -> str:
    return path.read_text()
