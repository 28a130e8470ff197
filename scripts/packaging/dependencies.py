"""A lock, installed for a target into a folder of its own, and what of that folder a function can need."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from scripts.packaging.bytecode import compile_tree, interpreter_version
from scripts.packaging.errors import InstallError
from scripts.packaging.target import Target
from scripts.packaging.uv import install, make_once

_FROM_THE_RUNTIME = ("boto3", "botocore", "s3transfer")
"""AWS' Python runtimes bring them; in the zip they would weigh more than everything else together."""
_INSTALLERS_NOTES = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_cache.json"}
"""Parts of .dist-info that say how it was installed. METADATA, WHEEL and the licences stay."""


def installed(lock: Path, target: Target, python: Path | None, cache: Path) -> Path:
    """The folder that holds what `lock` names, built for `target`; made once for all of these.

    Args:
        lock: pinned and hashed requirements.
        target: what to install for.
        python: compiles the modules; None leaves them as they are.
        cache: where such folders are kept.

    Raises:
        InstallError: uv refused; with what it said.
        MissingInputError: uv is not there.
    """
    compiled_by = interpreter_version(python) if python else ""
    key = hashlib.sha256(lock.read_bytes() + compiled_by.encode()).hexdigest()[:16]

    def make(folder: Path) -> None:
        install(lock, ("--target", str(folder), *target.uv_arguments))
        if python:
            compile_tree(python, folder)

    return make_once(cache / f"{target.name}-{lock.stem}-{key}", make)


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
        if not path.is_file() or path.suffix == ".pyi" or path.name == "py.typed":
            continue
        if parts[0] in {"bin", ".lock"}:  # console scripts, and uv's own lock
            continue
        if parts[0].endswith(".dist-info") and path.name in _INSTALLERS_NOTES:
            continue
        if not _is_test(parts):
            yield path


def _is_test(parts: tuple[str, ...]) -> bool:
    return len(parts) > 2 and parts[1] in {"test", "tests"}
