"""The directory of one node: the server's files, its settings, its data and what it says."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sandbox.opensearch.distribution import unpack
from sandbox.opensearch.errors import ServerError

UNPRIVILEGED = 65534
"""User and group `nobody` of every Linux: OpenSearch refuses to run as root."""

Setting = str | int | float | bool | list[str]
"""What a line of opensearch.yml may hold."""

SETTINGS: Mapping[str, Setting] = {
    "cluster.name": "kube-events-sandbox",
    "node.name": "sandbox",
    "network.host": "127.0.0.1",
    "http.port": 0,
    "transport.port": 0,
    "discovery.type": "single-node",
    # A disk that is nearly full must not turn the indices read-only: they live for minutes.
    "cluster.routing.allocation.disk.threshold_enabled": False,
}


class NodeFolder:
    """Everything that one node reads and writes, under one temporary directory."""

    def __init__(self, archive: Path) -> None:
        """Unpack the server."""
        self.path = Path(tempfile.mkdtemp(prefix="kube-events-opensearch-"))
        try:
            self.home = unpack(archive, self.path)
            self.temporary.mkdir()
        except BaseException:
            self.remove()
            raise

    @property
    def temporary(self) -> Path:
        """For the node's temporary files."""
        return self.path / "tmp"

    @property
    def output(self) -> Path:
        """What the node has said since it was started last."""
        return self.path / "output.log"

    def configure(self, settings: Mapping[str, Setting]) -> None:
        """Write the node's settings: ours, and these, which win."""
        lines = [f"{name}: {json.dumps(value)}\n" for name, value in {**SETTINGS, **settings}.items()]
        (self.home / "config" / "opensearch.yml").write_text("".join(lines))

    def hand_over(self) -> None:
        """Give the directory to the unprivileged user, who must also be able to reach it.

        Raises:
            ServerError: a directory above it is closed to others.
        """
        for parent in self.path.parents:
            if not parent.stat().st_mode & stat.S_IXOTH:
                raise ServerError(
                    f"{parent} is closed to other users, and OpenSearch does not run as root: "
                    "set TMPDIR to a directory that is open to them"
                )
        for path in (self.path, *self.path.rglob("*")):
            os.chown(path, UNPRIVILEGED, UNPRIVILEGED, follow_symlinks=False)

    def write_secret(self, secret: str) -> Path:
        """A file that its owner alone may read, for a password that a person has to be told."""
        path = self.path / "admin-password"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123
            file.write(f"{secret}\n")
        return path

    def remove(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.path, ignore_errors=True)
