"""The JDKs of this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

JVM_DIRECTORIES = (
    "/usr/lib/jvm",  # Debian, Fedora, Alpine
    "/usr/java",  # Oracle's and Amazon's packages
    "/Library/Java/JavaVirtualMachines",  # macOS
)
"""Where packages put JDKs, beside JAVA_HOME, the `java` on PATH and SDKMAN's folder."""


class Jdk(NamedTuple):
    """One Java installation."""

    major: int
    home: Path


def find_jdks(
    environ: Mapping[str, str] | None = None, directories: Iterable[str] = JVM_DIRECTORIES
) -> list[Jdk]:
    """Every JDK that answers, newest first, each once."""
    environ = os.environ if environ is None else environ
    found: dict[Path, Jdk] = {}
    for home in _candidates(environ, directories):
        resolved = home.resolve()
        if resolved not in found and (jdk := _ask(resolved)):
            found[resolved] = jdk
    return sorted(found.values(), reverse=True)


def _candidates(environ: Mapping[str, str], directories: Iterable[str]) -> Iterator[Path]:
    if java_home := environ.get("JAVA_HOME"):
        yield Path(java_home)
    if java := shutil.which("java", path=environ.get("PATH")):
        yield Path(java).resolve().parent.parent
    for directory in (*map(Path, directories), Path.home() / ".sdkman" / "candidates" / "java"):
        if directory.is_dir():
            for entry in sorted(directory.iterdir()):
                yield entry / "Contents" / "Home" if (entry / "Contents" / "Home").is_dir() else entry


def _ask(home: Path) -> Jdk | None:
    java = home / "bin" / "java"
    if not os.access(java, os.X_OK):
        return None
    try:
        answer = subprocess.run(
            [java, "-XshowSettings:properties", "-version"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"java\.specification\.version = (?:1\.)?(\d+)", answer.stderr)
    return Jdk(int(version[1]), home) if version else None
