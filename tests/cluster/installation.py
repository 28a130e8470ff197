"""The exporter's place in the cluster: what the rendered manifests make there, and nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml

from sandbox.control_plane.errors import Refused
from sandbox.control_plane.kubeconfig import write_kubeconfig
from sandbox.control_plane.plane import ControlPlane

MANIFESTS = Path(__file__).resolve().parents[2] / "deploy" / "manifests"

NAMESPACE = "kube-events"
NAME = "kube-events-exporter"
USER = f"system:serviceaccount:{NAMESPACE}:{NAME}"
"""Who the exporter is to the API server."""

_LEASES = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases"
_ACCOUNTS = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts"

TOKEN_SECONDS = 3600


class Installation:
    """What `kubectl apply` made of the manifests."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._api = plane.api

    def apply(self) -> None:
        """Install it, or put back what a test changed."""
        kubectl(self._plane, "apply", "-f", str(MANIFESTS / "kinesis.yaml"))

    def forget(self) -> None:
        """As after the first installation: no checkpoint, nobody leads, no events in the cluster."""
        self.new_lease()
        for namespace in self._api.get("/api/v1/namespaces")["items"]:
            self._api.delete(f"/api/v1/namespaces/{namespace['metadata']['name']}/events")

    def lease(self) -> dict[str, Any]:
        """The Lease as it is now."""
        lease: dict[str, Any] = self._api.get(f"{_LEASES}/{NAME}")
        return lease

    def new_lease(self) -> None:
        """Make it anew, as the manifests have it."""
        try:
            self._api.delete(f"{_LEASES}/{NAME}")
        except Refused as refused:
            if refused.status != 404:
                raise
        self._api.post(_LEASES, manifest("Lease"))

    def annotate_lease(self, annotations: dict[str, str]) -> None:
        """Change what the Lease keeps."""
        self._api.patch(f"{_LEASES}/{NAME}", {"metadata": {"annotations": annotations}})

    def token(self) -> str:
        """A token of the service account, as a kubelet gets one for a Pod."""
        body = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": TOKEN_SECONDS},
        }
        return str(self._api.post(f"{_ACCOUNTS}/{NAME}/token", body)["status"]["token"])

    def revoke_tokens(self) -> None:
        """Make every token that was given out so far worthless: they name the uid of the account."""
        self._api.delete(f"{_ACCOUNTS}/{NAME}")
        self._api.post(_ACCOUNTS, manifest("ServiceAccount"))

    def kubeconfig(self, folder: Path, url: str, name: str) -> Path:
        """A kubeconfig of the service account for this URL; its token lies in a file beside it."""
        token_file = folder / f"{name}.token"
        token_file.write_text(self.token())
        path = folder / f"{name}.kubeconfig"
        return write_kubeconfig(path, url=url, ca=self._plane.layout.pki.ca, token_file=token_file)


def manifest(kind: str, path: Path = MANIFESTS / "kinesis.yaml") -> dict[str, Any]:
    """The one object of this kind in a rendered file."""
    [found] = [each for each in yaml.safe_load_all(path.read_text()) if each and each["kind"] == kind]
    return dict(found)


def kubectl(plane: ControlPlane, *arguments: str) -> str:
    """What kubectl of the server's own version says, as the administrator.

    Raises:
        AssertionError: it failed; carries what it said.
    """
    command = [str(plane.layout.folder / "kubectl"), "--kubeconfig", str(plane.layout.kubeconfig), *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert answer.returncode == 0, f"kubectl {' '.join(arguments)}: {answer.stderr}"
    return answer.stdout
