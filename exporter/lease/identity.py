"""Who this replica is in the Lease, and where the Lease lies."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

OWN_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
"""Where Kubernetes tells a Pod its namespace."""

DEFAULT_NAMESPACE = "kube-events"
"""Where the chart's documentation installs it."""


def own_identity(
    given: str | None,
    *,
    host: Callable[[], str] = socket.gethostname,
    random: Callable[[int], str] = token_hex,
) -> str:
    """`given`, else the host's name (the Pod's) and something random: a container that was restarted in its
    Pod is another replica than the one before, which may still be sending."""
    return given or f"{host()}_{random(8)}"


def lease_namespace(given: str | None, *, own: Path = OWN_NAMESPACE) -> str:
    """`given`, else the Pod's own namespace, else `kube-events`."""
    if given:
        return given
    try:
        return own.read_text().strip() or DEFAULT_NAMESPACE
    except OSError:
        return DEFAULT_NAMESPACE
