"""A lock, installed for a target into a folder of its own, and what of that folder a function can need."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.packaging.errors import InstallError, MissingInputError
from scripts.packaging.target import Target

_FROM_THE_RUNTIME = ("boto3", "botocore", "s3transfer")
"""AWS' Python runtimes bring them; in the zip they would weigh more than everything else together."""
_INSTALLERS_NOTES = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_cache.json"}
"""Parts of .dist-info that say how it was installed. METADATA, WHEEL and the licences stay."""
_LEFT_OUT = {".pyc", ".pyi"}


def installed(lock: Path, target: Target, cache: Path) -> Path:
    """The folder that holds what `lock` names, built for `target`; made once per lock and target.

    Raises:
        InstallError: uv refused, with the last line of what it said.
        MissingInputError: uv is not there.
    """
    key = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    folder = cache / f"{target.name}-{lock.stem}-{key}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    half_done = Path(tempfile.mkdtemp(prefix=".installing-", dir=cache))
    try:
        _install(lock, target, half_done)
        _move_into_place(half_done, folder)
    finally:
        shutil.rmtree(half_done, ignore_errors=True)
    return folder


def dependency_files(folder: Path) -> dict[str, Path]:
    """Name in the zip → file.

    Raises:
        InstallError: the lock brought a package that the runtime has and a zip must not.
    """
    for name in _FROM_THE_RUNTIME:
        if (folder / name).exists():
            raise InstallError(
                f"{name} is among the dependencies: it comes from the Lambda runtime, not from the zip"
            )
    return {path.relative_to(folder).as_posix(): path for path in _wanted(folder)}


def _wanted(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if not path.is_file() or path.suffix in _LEFT_OUT:
            continue
        if parts[0] in {"bin", ".lock"}:  # console scripts, and uv's own lock
            continue
        if parts[0].endswith(".dist-info") and path.name in _INSTALLERS_NOTES:
            continue
        if "__pycache__" in parts or path.name == "py.typed" or _is_test(parts):
            continue
        yield path


def _is_test(parts: tuple[str, ...]) -> bool:
    return len(parts) > 2 and parts[1] in {"test", "tests"}


def _install(lock: Path, target: Target, folder: Path) -> None:
    # --no-deps: the lock is complete; resolving again would bring back what the project's overrides removed.
    command = [
        *(_uv(), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
        *("--target", str(folder), *target.uv_arguments, "-r", str(lock)),
    ]
    environment = {
        name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()] or ["nothing"]
        raise InstallError(
            f"requirements/{lock.name} cannot be installed for {target.name}; uv says: {' '.join(said)}"
        )


def _uv() -> str:
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.is_file() else shutil.which("uv")
    if found is None:
        raise MissingInputError(
            "uv is not there: install it with `pip install --require-hashes -r requirements/uv.txt`"
        )
    return found


def _move_into_place(half_done: Path, folder: Path) -> None:
    half_done.chmod(0o755)
    try:
        half_done.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another build was faster, with the same content
            raise
