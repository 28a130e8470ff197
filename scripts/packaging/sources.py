"""Which of the repository's files go into a function's zip: its own package, the shared one, the core."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scripts.packaging.bytecode import compile_tree
from scripts.packaging.errors import MissingInputError

FUNCTIONS = ("filter_events", "index_events", "notify", "setup_index")
ROOT = Path(__file__).resolve().parents[2]

_EXTRA_FOLDERS = {"setup_index": ("opensearch",)}
"""Folders that a function reads as data at run time."""
_LEFT_OUT = {".pyc", ".pyi", ".md", ".yaml"}
"""Bytecode of the source tree is of whoever ran it last; stubs and prose are for people; YAML is what the
saved objects of Dashboards are built from."""


def source_files(function: str, root: Path = ROOT) -> dict[str, Path]:
    """Name in the zip → file.

    Raises:
        MissingInputError: a folder is not there, or the function has no handler.
    """
    handler = root / "lambdas" / function / "handler.py"
    if not handler.is_file():
        raise MissingInputError(
            f"lambdas/{function}/handler.py is not there: {function} has no handler to package"
        )
    folders = ("eventcore", "lambdas/common", f"lambdas/{function}", *_EXTRA_FOLDERS.get(function, ()))
    files = {"lambdas/__init__.py": root / "lambdas" / "__init__.py"}
    for folder in folders:
        found = {path.relative_to(root).as_posix(): path for path in _files_below(root / folder)}
        if not found:
            raise MissingInputError(f"{folder}/ is empty or not there, and {function} needs it")
        files |= found
    return files


@contextmanager
def compiled(sources: Mapping[str, Path], python: Path | None) -> Iterator[dict[str, Path]]:
    """The sources with their compiled modules beside them, for as long as the context lasts.

    Raises:
        PackagingError: a module does not compile.
    """
    with tempfile.TemporaryDirectory(prefix="package-") as folder:
        for name, path in sources.items():
            copy = Path(folder, name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        if python:
            compile_tree(python, Path(folder))
        found = (path for path in Path(folder).rglob("*") if path.is_file())
        yield {path.relative_to(folder).as_posix(): path for path in found}


def lock_file(function: str, root: Path = ROOT) -> Path:
    """The function's pinned and hashed dependencies.

    Raises:
        MissingInputError: there is no such lock.
    """
    lock = root / "requirements" / f"{function}.txt"
    if not lock.is_file():
        raise MissingInputError(
            f"requirements/{function}.txt is not there: `python -m scripts.locks write` compiles the locks"
        )
    return lock


def _files_below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.suffix not in _LEFT_OUT and path.name != "py.typed":
            yield path
