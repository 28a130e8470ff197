"""Compiled modules in the zips, the same bytes every time.

Lambda's task root is read-only: without them every cold start compiles whatever it imports, for about as long
as importing boto3 takes (bench/). Unchecked-hash files (PEP 552) hold no time, are not checked against their
source and are the same for every processor; an interpreter of another version ignores them and compiles.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.packaging.errors import PackagingError
from scripts.packaging.target import Target

_QUESTION = "import sys; print(*sys.version_info[:3], sep='.')"


def interpreter_for(target: Target) -> Path | None:
    """An interpreter of the target's version on this machine, or None."""
    for candidate in _candidates(target.python):
        if interpreter_version(candidate).startswith(target.python + "."):
            return candidate
    return None


def interpreter_version(python: Path) -> str:
    """For example 3.13.2; empty when it does not run."""
    try:
        answer = subprocess.run([python, "-c", _QUESTION], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout.strip()


def compile_tree(python: Path, folder: Path) -> None:
    """Put a compiled module beside every module of `folder`.

    Raises:
        PackagingError: a module does not compile; names it.
    """
    where = ("-s", str(folder), str(folder))  # they name files from below the folder, not where it was
    command = [str(python), "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", *where]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise PackagingError(f"a module does not compile: {' '.join(done.stdout.split())}")


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version:
        yield Path(sys.executable)
    if found := shutil.which(name):
        yield Path(found)
    # A version manager's shims are on PATH, the versions that are not selected are not.
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"))
