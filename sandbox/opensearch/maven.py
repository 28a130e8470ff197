"""What Maven has: fetched once, kept in the user's cache, so that later runs need no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import NamedTuple

from sandbox.opensearch.errors import ServerError


class Artifact(NamedTuple):
    """One file of a Maven repository."""

    group: str
    name: str
    version: str
    packaging: str = "zip"

    @property
    def file_name(self) -> str:
        """As Maven names it when it copies it."""
        return f"{self.name}-{self.version}.{self.packaging}"

    def __str__(self) -> str:
        return ":".join(self)


def cache_folder() -> Path:
    """The user's cache folder for this project's OpenSearch."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "kube-events" / "opensearch"


def fetch(artifact: Artifact, *, cache: Path, say: Callable[[str], None]) -> Path:
    """The artifact's file; downloaded once, also when several ask at the same time.

    Raises:
        ServerError: Maven is missing or could not get it.
    """
    return made_once(cache / artifact.file_name, lambda target: _download(artifact, target, say))


def made_once(target: Path, make: Callable[[Path], None]) -> Path:
    """The file, made if it is not there; whoever comes meanwhile waits for it.

    Args:
        make: writes the path it is given, which lies beside the target: a file appears whole or not at all.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target.with_name(f"{target.name}.lock")):
        if not target.is_file():
            with tempfile.TemporaryDirectory(dir=target.parent) as folder:
                made = Path(folder) / target.name
                make(made)
                made.replace(target)
    return target


def _download(artifact: Artifact, target: Path, say: Callable[[str], None]) -> None:
    if shutil.which("mvn") is None:
        raise ServerError(
            "Maven is missing: install it (mvn on PATH), or set OPENSEARCH_URL to a running server"
        )
    say(f"fetching {artifact.name} {artifact.version} with Maven (once)")
    command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}"]
    answer = subprocess.run(
        [*command, f"-DoutputDirectory={target.parent}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=target.parent,
    )
    if answer.returncode or not target.is_file():
        lines = [line for line in (answer.stdout + answer.stderr).splitlines() if "ERROR" in line]
        reason = lines[0] if lines else f"exit code {answer.returncode}"
        raise ServerError(f"Maven could not fetch {artifact}: {reason}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        flock(handle, LOCK_EX)
        yield
