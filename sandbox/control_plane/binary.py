"""The binary: built once by Go from its module proxy, kept in the user's cache by what it is made of."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, NamedTuple

from sandbox.control_plane import recipe
from sandbox.control_plane.errors import NotBuilt


class Binary(NamedTuple):
    """What was built."""

    program: Path
    """Every part of the control plane, by the name it is called by."""
    stages: Path
    """KWOK's stages, in one file."""


def cache_folder(environ: Mapping[str, str] | None = None) -> Path:
    """The user's cache folder for this project: KUBE_EVENTS_CACHE, else where caches are."""
    environ = os.environ if environ is None else environ
    if ours := environ.get("KUBE_EVENTS_CACHE"):
        return Path(ours).absolute()
    base = environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "kube-events"


def built(cache: Path) -> Binary | None:
    """What is in the cache already."""
    folder = cache / "control-plane" / recipe.fingerprint()
    found = Binary(folder / "control-plane", folder / "stages.yaml")
    return found if found.program.is_file() and found.stages.is_file() else None


def build(cache: Path, say: Callable[[str], None]) -> Binary:
    """The binary; built once, also when several ask at the same time.

    Raises:
        NotBuilt: Go is missing, or could not get or build it.
    """
    folder = cache / "control-plane"
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / "lock"):
        if found := built(cache):
            return found
        if shutil.which("go") is None:
            raise NotBuilt(
                f"Go is missing, and the control plane is not built yet in {folder}: install Go 1.21 or newer"
                " (it fetches the one that Kubernetes wants)"
            )
        say(
            f"building etcd, Kubernetes {recipe.KUBERNETES} and KWOK into one binary: once, in about 6 min"
            f" on two cores (4 GB of Go's caches); it is kept in {folder}"
        )
        began = time.monotonic()
        # Beside its place, so that it appears there in one step.
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            _make(Path(scratch))
            Path(scratch, "result").rename(folder / recipe.fingerprint())
        say(f"built in {time.monotonic() - began:.0f} s")
    found = built(cache)
    assert found  # noqa: S101 - it was just put there
    return found


def _make(scratch: Path) -> None:
    kubernetes = _module_folder(scratch, f"k8s.io/kubernetes@{recipe.KUBERNETES}")
    kwok = _module_folder(scratch, f"sigs.k8s.io/kwok@{recipe.KWOK}")
    scratch.joinpath("go.mod").write_text(recipe.go_module(kubernetes.joinpath("go.mod").read_text()))
    scratch.joinpath("main.go").write_text(recipe.PROGRAM)
    result = scratch / "result"
    result.mkdir()
    result.joinpath("stages.yaml").write_text(
        "".join(
            f"---\n{kwok.joinpath('kustomize/stage', f'{name}.yaml').read_text()}" for name in recipe.STAGES
        )
    )
    flags = ["-trimpath", "-buildvcs=false", "-ldflags", recipe.linker_flags()]
    _go(scratch, "build", *flags, "-o", str(result / "control-plane"), ".")


def _module_folder(scratch: Path, module: str) -> Path:
    """Where Go keeps a module's files, fetched if need be."""
    answer: dict[str, Any] = json.loads(_go(scratch, "mod", "download", "-json", module))
    return Path(answer["Dir"])


def _go(folder: Path, *arguments: str) -> str:
    # -mod=mod lets Go write down the modules it finds; go.sum's database vouches for them.
    environ = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GOWORK": "off"}
    answer = subprocess.run(
        ["go", *arguments], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise NotBuilt(f"`go {arguments[0]}` failed: {_reason(answer.stderr, answer.stdout)}")
    return answer.stdout


def _reason(*said: str) -> str:
    lines = [line for text in said for line in text.splitlines() if not line.startswith("go: downloading")]
    return " ".join(" ".join(lines[-3:]).split()) or "it said nothing"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        flock(handle, LOCK_EX)
        yield
