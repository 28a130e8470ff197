"""uv as the build uses it: install exactly what a lock names, and put finished folders in place at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from scripts.packaging.errors import InstallError, MissingInputError


def install(lock: Path, arguments: Iterable[str]) -> None:
    """Install what `lock` names to where `arguments` say.

    Raises:
        InstallError: uv refused; with what it said.
        MissingInputError: uv is not there.
    """
    # --no-deps: the lock is complete; resolving again would bring back what the project's overrides removed.
    fixed = ("--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:")
    command = [_uv(), "pip", "install", *fixed, *arguments, "-r", str(lock)]
    environment = {
        name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        said = " ".join(done.stderr.split()) or f"nothing, exit code {done.returncode}"
        raise InstallError(f"requirements/{lock.name} cannot be installed; uv says: {said}")


def make_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """`folder`, filled by `make` unless it is there. Whoever else fills it at the same time does no harm."""
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    half_done = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    try:
        make(half_done)
        half_done.chmod(0o755)
        _move(half_done, folder)
    finally:
        shutil.rmtree(half_done, ignore_errors=True)
    return folder


def _move(half_done: Path, folder: Path) -> None:
    try:
        half_done.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was faster, with the same content
            raise


def _uv() -> str:
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.is_file() else shutil.which("uv")
    if found is None:
        raise MissingInputError("uv is not there: install it with `pip install -r requirements/uv.txt`")
    return found
