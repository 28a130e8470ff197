"""Which OpenSearch fits this machine's JDKs, and its zip: fetched by Maven once, kept in the user's cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import NamedTuple

from sandbox.opensearch.jdk import Jdk

ARTIFACT = "org.opensearch.distribution.integ-test-zip:opensearch"
"""What OpenSearch's own integration tests start: the server and its core modules, no plugins."""


class Release(NamedTuple):
    """A version of OpenSearch and the JDKs it runs on."""

    version: str
    oldest_jdk: int
    newest_jdk: int


RELEASES = (
    Release("3.4.0", 21, 99),
    Release("2.19.4", 11, 23),  # needs the SecurityManager, which JDK 24 no longer has
)
"""Best first."""


class ServerError(Exception):
    """OpenSearch cannot be started; one line says what is missing or wrong, and what to do."""


class Choice(NamedTuple):
    """A version and the JDK to run it on."""

    version: str
    jdk: Jdk


def choose(jdks: Sequence[Jdk]) -> Choice:
    """The best release that one of these JDKs runs.

    Raises:
        ServerError: none of them does.
    """
    for release in RELEASES:
        for jdk in jdks:
            if release.oldest_jdk <= jdk.major <= release.newest_jdk:
                return Choice(release.version, jdk)
    found = ", ".join(f"{jdk.major} in {jdk.home}" for jdk in jdks) or "none"
    raise ServerError(
        f"no JDK for OpenSearch found (found: {found}): install JDK 21 or newer, or set JAVA_HOME to one"
    )


def cache_folder() -> Path:
    """The user's cache folder for this project."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "kube-events" / "opensearch"


def fetch(version: str, *, cache: Path, say: Callable[[str], None]) -> Path:
    """The zip of this version; downloaded once, also when several ask at the same time.

    Raises:
        ServerError: Maven is missing or could not get it.
    """
    cache.mkdir(parents=True, exist_ok=True)
    target = cache / f"opensearch-{version}.zip"
    with _locked(cache / f"opensearch-{version}.lock"):
        if not target.is_file():
            say(f"fetching OpenSearch {version} with Maven (130 MB, once)")
            _download(version, target)
    return target


def _download(version: str, target: Path) -> None:
    if shutil.which("mvn") is None:
        raise ServerError(
            "Maven is missing: install it (mvn on PATH), or set OPENSEARCH_URL to a running server"
        )
    # Beside the target, so that the finished file appears there in one step.
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}:{version}:zip"]
        answer = subprocess.run(
            [*command, f"-DoutputDirectory={folder}"], capture_output=True, text=True, check=False, cwd=folder
        )
        fetched = Path(folder) / target.name
        if answer.returncode or not fetched.is_file():
            lines = [line for line in (answer.stdout + answer.stderr).splitlines() if "ERROR" in line]
            reason = lines[0] if lines else f"exit code {answer.returncode}"
            raise ServerError(f"Maven could not fetch {ARTIFACT}:{version}: {reason}")
        fetched.replace(target)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        flock(handle, LOCK_EX)
        yield
