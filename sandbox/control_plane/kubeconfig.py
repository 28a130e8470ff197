"""Kubeconfigs: one file with everything in it, for any client."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path


def write_kubeconfig(
    path: Path, *, url: str, ca: Path, token: str | None = None, token_file: Path | None = None
) -> Path:
    """
    Args:
        path: where to write it; readable by its owner alone.
        url: of the API server, or of a proxy before it.
        ca: certificate that vouches for the server.
        token: who the client is.
        token_file: or a file that says it, and may change.
    """
    user = {"tokenFile": str(token_file)} if token_file else {"token": token}
    cluster = {"server": url, "certificate-authority-data": b64encode(ca.read_bytes()).decode()}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "sandbox",
        "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": "sandbox"}}],
        "clusters": [{"name": "sandbox", "cluster": cluster}],
        "users": [{"name": "sandbox", "user": user}],
    }
    path.touch(mode=0o600)
    # JSON is YAML that needs no quoting rules.
    path.write_text(json.dumps(config, indent=1) + "\n")
    return path
