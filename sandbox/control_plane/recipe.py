"""What the binary is made of: versions, the Go module, KWOK's stages. Pure: `binary` does the building."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

KUBERNETES = "v1.36.3"
ETCD = "v3.6.8"
"""What Kubernetes 1.36 itself is tested with."""
KWOK = "v0.8.0"

PROGRAM = Path(__file__).with_name("main.go").read_text()

STAGES = (
    "node/fast/node-initialize",
    "node/heartbeat-with-lease/node-heartbeat-with-lease",
    "pod/general/pod-create",
    "pod/general/pod-init-container-running",
    "pod/general/pod-init-container-completed",
    "pod/general/pod-ready",
    "pod/general/pod-complete",
    "pod/general/pod-delete",
    "pod/chaos/pod-container-running-failed",
)
"""How KWOK's nodes and Pods live: files of its module's `kustomize/stage`. Nodes are up at once and stay so,
Pods become ready, complete and go away when they are deleted. The last one lets the containers of a Pod fail
that is labelled `pod-container-running-failed.stage.kwok.x-k8s.io: "true"`."""

_STAGED = re.compile(r"^\s*(k8s\.io/[a-z-]+) => \./staging/", re.MULTILINE)

_STAMPED = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
"""Where Kubernetes' own build writes its version; without it the API server calls itself v0.0.0-master."""


def fingerprint() -> str:
    """Changes with anything that would make another binary: the name of its place in the cache."""
    parts = (KUBERNETES, ETCD, KWOK, PROGRAM, *STAGES, *_STAMPED)
    digest = sha256("\0".join(parts).encode()).hexdigest()[:12]
    return f"{KUBERNETES}-etcd-{ETCD}-kwok-{KWOK}-{digest}"


def go_module(kubernetes_go_mod: str) -> str:
    """The go.mod of the binary.

    Args:
        kubernetes_go_mod: k8s.io/kubernetes' own. It requires its staging modules as v0.0.0 and replaces them
            by folders of its repository; whoever requires it must replace each by its published version.
    """
    staging = "v0." + KUBERNETES.removeprefix("v1.")
    replaced = "".join(f"\t{name} => {name} {staging}\n" for name in _STAGED.findall(kubernetes_go_mod))
    return (
        "module control-plane\n\ngo 1.26.0\n\nrequire (\n"
        f"\tgo.etcd.io/etcd/server/v3 {ETCD}\n\tk8s.io/kubernetes {KUBERNETES}\n\tsigs.k8s.io/kwok {KWOK}\n"
        f")\n\nreplace (\n{replaced})\n"
    )


def linker_flags() -> str:
    """Without symbols, and with the version stamped in."""
    return " ".join(("-s", "-w", *_stamps()))


def _stamps() -> Iterator[str]:
    major, minor, _ = KUBERNETES.removeprefix("v").split(".")
    for package in _STAMPED:
        yield f"-X {package}.gitVersion={KUBERNETES}"
        yield f"-X {package}.gitMajor={major}"
        yield f"-X {package}.gitMinor={minor}"
