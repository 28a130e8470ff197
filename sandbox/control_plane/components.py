"""The parts of a control plane and how each is called. Everything listens on loopback."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from sandbox.control_plane.binary import Binary
from sandbox.control_plane.pki import Pki

Part = Literal["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"]

ALL_PARTS: tuple[Part, ...] = get_args(Part)
"""In the order in which they start."""

STORE_AND_SERVER: tuple[Part, ...] = ("etcd", "kube-apiserver")
"""Enough for objects that are written by hand: 390 MiB instead of 730, up in 5 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the API server treats events and clients."""

    event_ttl: str = "1h"
    """Kubernetes' default."""
    compaction_interval: str = "5m"
    """Kubernetes' default."""
    request_timeout: str = "1m"
    """Kubernetes' default. As long does the server leave watches open after SIGTERM."""
    audited: tuple[str, ...] = ()
    """Users whose requests are written to audit.jsonl, one line each when it begins and when it has ended."""


class Ports(NamedTuple):
    """Each on 127.0.0.1."""

    etcd: int
    etcd_peer: int
    kube_apiserver: int
    kwok: int


class Layout(NamedTuple):
    """Where the state of one control plane lies, and what it is made from."""

    folder: Path
    binary: Binary
    ports: Ports
    options: Options

    @property
    def pki(self) -> Pki:
        """Who is who."""
        return Pki(self.folder / "pki")

    @property
    def url(self) -> str:
        """The API server's."""
        return f"https://127.0.0.1:{self.ports.kube_apiserver}"

    @property
    def etcd_url(self) -> str:
        """etcd's; it asks nobody who they are."""
        return f"http://127.0.0.1:{self.ports.etcd}"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.folder / "kubeconfig"

    @property
    def audit_log(self) -> Path:
        """What the audited users asked for."""
        return self.folder / "audit.jsonl"

    @property
    def audit_policy(self) -> Path:
        """Whose requests are written down."""
        return self.folder / "audit-policy.json"


def audit_policy(users: tuple[str, ...]) -> str:
    """Their requests without bodies, nobody else's."""
    rules: list[dict[str, object]] = [{"level": "None"}]
    if users:
        rules.insert(0, {"level": "Metadata", "users": users})
    return json.dumps(
        {
            "apiVersion": "audit.k8s.io/v1",
            "kind": "Policy",
            "omitStages": ["RequestReceived"],
            "rules": rules,
        }
    )


def arguments(part: Part, layout: Layout) -> list[str]:
    """The arguments of one part."""
    by_part = {
        "etcd": _etcd,
        "kube-apiserver": _kube_apiserver,
        "kube-controller-manager": _kube_controller_manager,
        "kube-scheduler": _kube_scheduler,
        "kwok": _kwok,
    }
    return by_part[part](layout)


def _etcd(layout: Layout) -> list[str]:
    peer = f"http://127.0.0.1:{layout.ports.etcd_peer}"
    return [
        "--name=sandbox",
        f"--data-dir={layout.folder / 'etcd'}",
        f"--listen-client-urls={layout.etcd_url}",
        f"--advertise-client-urls={layout.etcd_url}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=sandbox={peer}",
        # The API server learns from it how far an idle watch has come.
        "--watch-progress-notify-interval=5s",
        # What is lost when the machine goes dark is of no use to anybody.
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _kube_apiserver(layout: Layout) -> list[str]:
    pki, options = layout.pki, layout.options
    return [
        f"--etcd-servers={layout.etcd_url}",
        f"--etcd-compaction-interval={options.compaction_interval}",
        "--bind-address=127.0.0.1",
        f"--secure-port={layout.ports.kube_apiserver}",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        f"--tls-cert-file={pki.server}",
        f"--tls-private-key-file={pki.server_key}",
        f"--token-auth-file={pki.tokens}",
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki.signing_public_key}",
        f"--service-account-signing-key-file={pki.signing_key}",
        "--service-cluster-ip-range=10.96.0.0/16",
        f"--event-ttl={options.event_ttl}",
        f"--request-timeout={options.request_timeout}",
        f"--audit-policy-file={layout.audit_policy}",
        f"--audit-log-path={layout.audit_log}",
        "--profiling=false",
    ]


def _kube_controller_manager(layout: Layout) -> list[str]:
    return [
        f"--kubeconfig={layout.kubeconfig}",
        "--leader-elect=false",
        "--secure-port=0",
        f"--service-account-private-key-file={layout.pki.signing_key}",
        f"--root-ca-file={layout.pki.ca}",
    ]


def _kube_scheduler(layout: Layout) -> list[str]:
    return [f"--kubeconfig={layout.kubeconfig}", "--leader-elect=false", "--secure-port=0"]


def _kwok(layout: Layout) -> list[str]:
    return [
        f"--kubeconfig={layout.kubeconfig}",
        f"--config={layout.binary.stages}",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        "--node-lease-duration-seconds=40",
        "--node-ip=127.0.0.1",
        "--cidr=10.244.0.0/16",
        f"--server-address=127.0.0.1:{layout.ports.kwok}",
    ]
