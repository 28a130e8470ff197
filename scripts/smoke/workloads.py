"""The workloads of deploy/smoke: put into the cluster, and taken out again."""

from __future__ import annotations

import json
from pathlib import Path

from scripts.smoke.kubectl import Kubectl, NotThere

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "smoke"

OURS = "app.kubernetes.io/part-of=kube-events-smoke"
"""Label of everything that is made here; nothing else is removed."""

IMAGE = "busybox:1.37"
"""In the files of deploy/smoke."""


def make(kubectl: Kubectl, image: str) -> list[str]:
    """Put the three workloads there, and the namespace if it is missing; answers what was done.

    Raises:
        KubectlError: the cluster refuses.
    """
    done = []
    try:
        kubectl.get("namespace", kubectl.namespace)
    except NotThere:
        done.append(kubectl.apply(_namespace(kubectl.namespace)))
    manifests = "---\n".join(path.read_text() for path in sorted(FOLDER.glob("*.yaml")))
    return [*done, *kubectl.apply(manifests.replace(f"image: {IMAGE}", f"image: {image}")).splitlines()]


def remove(kubectl: Kubectl) -> list[str]:
    """Take them away, and the namespace if it was made here; answers what was done.

    Raises:
        KubectlError: the cluster refuses.
    """
    try:
        namespace = kubectl.get("namespace", kubectl.namespace)
    except NotThere:
        return []
    done = kubectl.delete("deployment", f"--selector={OURS}").splitlines()
    name, value = OURS.split("=")
    if namespace["metadata"].get("labels", {}).get(name) == value:
        done += kubectl.delete("namespace", kubectl.namespace).splitlines()
    return [line for line in done if not line.startswith("No resources found")]


def _namespace(name: str) -> str:
    label, value = OURS.split("=")
    metadata = {"name": name, "labels": {label: value, "pod-security.kubernetes.io/enforce": "restricted"}}
    return json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
