"""The interpreter that functions run under: awslambdaric and boto3 and nothing else, as AWS' runtime has it.

The project's own environment holds every dependency: a zip that lacks one would work here and fail in AWS.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

from scripts.packaging.sources import ROOT
from scripts.packaging.uv import install, make_once

LOCK = ROOT / "requirements" / "lambda_runtime.txt"
CACHE = ROOT / "build" / "lambda-runtime"


def runtime_python(cache: Path = CACHE) -> Path:
    """The environment's interpreter; made on first use, once per lock and interpreter.

    Raises:
        InstallError: uv refused.
        MissingInputError: uv is not there.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    identity = LOCK.read_bytes() + str(Path(sys.base_prefix).resolve()).encode()
    folder = cache / f"python{version}-{hashlib.sha256(identity).hexdigest()[:16]}"
    return make_once(folder, _make) / "bin" / "python"


def _make(folder: Path) -> None:
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    python = folder / "bin" / "python"
    install(LOCK, ("--python", str(python)))
    # AWS' runtime brings its packages compiled; without this the first invocations would pay for it.
    subprocess.run(
        [python, "-m", "compileall", "-q", str(folder / "lib")], check=True, stdout=subprocess.DEVNULL
    )
