"""Whether a zip is still what its inputs would give: a digest of the inputs, kept beside the zip."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from scripts.packaging.bytecode import interpreter_version
from scripts.packaging.target import Target


def digest(sources: Mapping[str, Path], lock: Path, target: Target, python: Path | None) -> str:
    """SHA-256 over everything that decides a zip's bytes, the packager itself included."""
    total = hashlib.sha256()
    identity = f"{target.name} {interpreter_version(python) if python else None}"
    packager = {path.name: path for path in Path(__file__).parent.glob("*.py")}
    for name, path in [("target", None), ("lock", lock), *sorted(packager.items()), *sorted(sources.items())]:
        content = path.read_bytes() if path else identity.encode()
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def is_current(zip_path: Path, inputs: str) -> bool:
    """Whether `zip_path` was built from inputs with this digest and has not been touched since."""
    note = _note(zip_path)
    return zip_path.is_file() and note.is_file() and note.read_text() == f"{inputs} {sha256(zip_path)}\n"


def remember(zip_path: Path, inputs: str) -> None:
    """Note what `zip_path` was built from."""
    _note(zip_path).write_text(f"{inputs} {sha256(zip_path)}\n")


def sha256(path: Path) -> str:
    """In hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _note(zip_path: Path) -> Path:
    return zip_path.with_name(f".{zip_path.name}.inputs")
