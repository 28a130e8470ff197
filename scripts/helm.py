"""`python -m scripts.helm …`: helm 3 from PATH, or built once from the Go module proxy, into a cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

MODULE = "helm.sh/helm/v3/cmd/helm"

VERSION = "v3.22.0"
"""What the chart is tested with where PATH has no helm."""


class HelmMissing(Exception):
    """Helm is neither there nor to be had; one line says what to install."""


def find_helm(say: Callable[[str], None], *, cache: Path | None = None) -> Path:
    """Helm 3: that of PATH, else the one in the cache, else built into it.

    Args:
        say: is told when a build begins, because it takes minutes.
        cache: folder for what is built; None is the user's cache.

    Raises:
        HelmMissing: there is no helm 3, and no Go to build it, or the build fails.
    """
    on_path = shutil.which("helm")
    if on_path and _is_helm_3(on_path):
        return Path(on_path)
    built = (cache or _cache_folder()) / VERSION / "helm"
    with _locked(built.parent):
        if not built.is_file():
            _build(built, say)
    return built


def run_helm(helm: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it without what this user has configured for clusters and repositories."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HELM_")}
    return subprocess.run(
        [helm, *arguments], env=kept, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def _is_helm_3(helm: str) -> bool:
    answer = subprocess.run([helm, "version", "--short"], capture_output=True, text=True, check=False)
    return answer.stdout.startswith("v3.")


def _build(target: Path, say: Callable[[str], None]) -> None:
    if shutil.which("go") is None:
        raise HelmMissing("helm 3 is missing: install it, or Go, with which it is built once")
    say(f"building helm {VERSION} with Go into {target.parent} (two to five minutes, once)")
    # Beside the target, so that the finished file appears there in one step.
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        environment = {**os.environ, "GOBIN": folder, "CGO_ENABLED": "0"}
        answer = subprocess.run(
            ["go", "install", "-trimpath", f"{MODULE}@{VERSION}"],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            said = answer.stderr.strip().splitlines()
            raise HelmMissing(f"go install {MODULE}@{VERSION}: {said[-1] if said else 'failed'}")
        (Path(folder) / "helm").replace(target)


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "kube-events" / "helm"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as handle:
        flock(handle, LOCK_EX)
        yield


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        found = find_helm(_say)
    except HelmMissing as error:
        sys.exit(f"error: {error}")
    os.execv(found, [str(found), *sys.argv[1:]])  # noqa: S606 - helm takes over, no shell
