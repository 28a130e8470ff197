"""`python -m scripts.locks check|write`: one hashed lock in requirements/ per dependency group, no addresses.

An existing lock is the resolver's preference, so a newer release somewhere changes nothing by itself.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INTERNAL = {"lambda-base"}
"""Groups that other groups include and that no artefact installs by itself."""


class LockError(Exception):
    """A group cannot be resolved. The message is uv's."""


def resolve(group: str, lock: Path) -> None:
    """Pin one group of pyproject.toml into `lock`, for every platform and every Python from 3.11 on.

    Raises:
        LockError: uv finds no solution.
    """
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    options = ["--universal", "--python-version=3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    source = f"--group={ROOT / 'pyproject.toml'}:{group}"
    command = [str(uv), "pip", "compile", "--quiet", *options, source, f"--output-file={lock}"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise LockError(run.stderr.strip())


def pins(lock: str) -> list[str]:
    """The name==version lines. A project may add files, and so hashes, to a release that is out."""
    return re.findall(r"^[\w.\[\],-]+==\S+", lock, flags=re.MULTILINE)


def faults(group: str, lock: Path) -> list[str]:
    """What is wrong with one lock, in words; nothing if it is in order."""
    if not lock.is_file():
        return [f"{lock.name}: missing; run `make lock`"]
    text = lock.read_text()
    found = []
    if re.search(r"https?://|--(extra-)?index-url|--find-links", text):
        found.append(f"{lock.name}: names an address; locks hold names, versions and hashes only")
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / lock.name
        shutil.copy(lock, fresh)
        try:
            resolve(group, fresh)
        except LockError as error:
            return [*found, f"{lock.name}: uv cannot resolve group {group}: {error}"]
        if pins(fresh.read_text()) != pins(text):
            found.append(f"{lock.name}: differs from group {group} of pyproject.toml; run `make lock`")
    return found


def main(arguments: list[str]) -> int:
    """Check or write all locks. Exit code 1 if one is not in order, 2 for a wrong call."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    locks = {
        group: ROOT / "requirements" / f"{group.replace('-', '_')}.txt"
        for group in groups
        if group not in INTERNAL
    }
    match arguments:
        case ["write"]:
            for group, lock in locks.items():
                resolve(group, lock)
            return 0
        case ["check"]:
            found = [fault for group, lock in locks.items() for fault in faults(group, lock)]
            surplus = sorted(set((ROOT / "requirements").glob("*.txt")) - set(locks.values()))
            found += [f"{lock.name}: no dependency group has this name" for lock in surplus]
            for fault in found:
                print(f"error: requirements/{fault}", file=sys.stderr)
            return 1 if found else 0
        case _:
            print("usage: python -m scripts.locks check|write", file=sys.stderr)
            return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LockError as error:
        sys.exit(f"error: {error}")
