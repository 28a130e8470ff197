"""The server's zip with the plugins asked for in it, made once and kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sandbox.opensearch.errors import ServerError
from sandbox.opensearch.jdk import Jdk
from sandbox.opensearch.maven import Artifact, fetch, made_once
from sandbox.opensearch.plugins import COLLECTIONS, made_for, plugin, security_plugin
from sandbox.opensearch.release import Choice

GROUP = "org.opensearch.distribution.integ-test-zip"
"""What OpenSearch's own integration tests start: the server and its core modules, no plugins."""


class Plugins(NamedTuple):
    """What the server has beside its modules."""

    security: bool = False
    ism_zip: Path | None = None
    """Index state management, which is not to be had from Maven; brings job-scheduler with it, which is."""

    def label(self) -> str:
        """Tells apart what may not share a place in the cache."""
        ism = f"+ism-{_digest(self.ism_zip)}" if self.ism_zip else ""
        # A changed copy of the plugin is another plugin.
        return (f"+security-{COLLECTIONS.version}" if self.security else "") + ism

    def in_words(self) -> str:
        """What to add to the server's name."""
        names = [name for name, there in (("security", self.security), ("ISM", self.ism_zip)) if there]
        return f" with {' and '.join(names)}" if names else ""


def archive(choice: Choice, plugins: Plugins, *, cache: Path, say: Callable[[str], None]) -> Path:
    """The zip to unpack for a server with these plugins.

    Raises:
        ServerError: a part of it cannot be had, or does not fit this version.
    """
    server = fetch(Artifact(GROUP, "opensearch", choice.version), cache=cache, say=say)
    if plugins == Plugins():
        return server
    if plugins.ism_zip and (meant := made_for(plugins.ism_zip)) != choice.version:
        raise ServerError(f"{plugins.ism_zip} is made for OpenSearch {meant}, not for {choice.version}")

    def install(target: Path) -> None:
        zips = _zips(choice.version, plugins, into=target.parent, cache=cache, say=say)
        say(f"installing {', '.join(each.stem for each in zips)} (once)")
        home = unpack(server, target.parent)
        for each in zips:
            _install(each, home, choice.jdk)
        _pack(home, target)

    return made_once(cache / f"{server.stem}{plugins.label()}.zip", install)


def unpack(archive: Path, into: Path) -> Path:
    """Unpack a server and return its directory; zipfile forgets which files are programs."""
    with tempfile.TemporaryDirectory(dir=into) as folder:
        with zipfile.ZipFile(archive) as source:
            source.extractall(folder)
        [unpacked] = Path(folder).iterdir()
        home = unpacked.rename(into / unpacked.name)
    for program in (home / "bin").iterdir():
        program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return home


def _zips(
    version: str, plugins: Plugins, *, into: Path, cache: Path, say: Callable[[str], None]
) -> list[Path]:
    zips = []
    if plugins.ism_zip:
        zips += [fetch(plugin("job-scheduler", version), cache=cache, say=say), plugins.ism_zip]
    if plugins.security:
        zips.append(security_plugin(version, into=into, cache=cache, say=say))
    return zips


def _install(plugin_zip: Path, home: Path, jdk: Jdk) -> None:
    answer = subprocess.run(
        [home / "bin" / "opensearch-plugin", "install", "--silent", "--batch", plugin_zip.resolve().as_uri()],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "OPENSEARCH_JAVA_HOME": str(jdk.home),
            "OPENSEARCH_JAVA_OPTS": "-XX:-UsePerfData",
        },
    )
    if answer.returncode:
        lines = [line for line in answer.stderr.splitlines() if "ERROR" in line or "Exception" in line]
        raise ServerError(
            f"{plugin_zip.name} could not be installed: {(lines or ['it does not say why'])[0]}"
        )


def _pack(home: Path, target: Path) -> None:
    # Stored: nearly all of it is jars, which are packed already.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        for path in sorted(home.rglob("*")):
            packed.write(path, Path(home.name) / path.relative_to(home))


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise ServerError(f"{path} cannot be read: {error.strerror}") from None
