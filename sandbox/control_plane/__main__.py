"""`python -m sandbox.control_plane`: a real Kubernetes control plane on this machine, without containers."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from sandbox.control_plane.binary import build, built, cache_folder
from sandbox.control_plane.errors import ControlPlaneError
from sandbox.control_plane.plane import ControlPlane, take_down

NODE = {
    "apiVersion": "v1",
    "kind": "Node",
    "metadata": {
        "name": "fake-1",
        # KWOK plays the kubelet of nodes with this annotation.
        "annotations": {"kwok.x-k8s.io/node": "fake"},
        "labels": {"kubernetes.io/hostname": "fake-1"},
    },
}


def main() -> int:
    """Run a command; answers the exit code."""
    options = _options()
    commands = {"build": _build, "built": _built, "up": _up, "down": _down, "guard": _guard}
    try:
        return commands[options.command](options.folder or cache_folder() / "cluster")
    except ControlPlaneError as error:
        print(f"sandbox.control_plane: {error}", file=sys.stderr)
        return 1


def _build(_folder: Path) -> int:
    build(cache_folder(), _say)
    return 0


def _built(_folder: Path) -> int:
    return 0 if built(cache_folder()) else 1


def _up(folder: Path) -> int:
    binary = build(cache_folder(), _say)
    began = time.monotonic()
    plane = ControlPlane.at(folder, binary)
    plane.up()
    if not plane.api.get("/api/v1/nodes")["items"]:
        plane.api.post("/api/v1/nodes", NODE)
    _say(
        f"{plane.layout.url} is up after {time.monotonic() - began:.0f} s, with one node that KWOK plays; "
        f"kubectl is {folder / 'kubectl'}; `make cluster-down` ends it"
    )
    print(f"export KUBECONFIG={plane.layout.kubeconfig}")
    return 0


def _down(folder: Path) -> int:
    _say("ended" if take_down(folder) else "there is none")
    return 0


def _guard(folder: Path) -> int:
    sys.stdin.buffer.read()
    take_down(folder)
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.control_plane", description=__doc__)
    parser.add_argument("--folder", type=Path, help="where its state lies (default: in the user's cache)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="build | built | up | down")
    for name, about in (
        ("build", "build the binary, unless it is in the cache"),
        ("built", "exit code 0 if the binary is in the cache, else 1"),
        ("up", "start what does not run; prints how to reach it"),
        ("down", "end it and remove its state"),
        ("guard", argparse.SUPPRESS),
    ):
        command = commands.add_parser(name, help=about)
        command.add_argument("--folder", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
