"""The security plugin's demo configuration, with one user and without TLS for clients."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sandbox.opensearch.errors import ServerError
from sandbox.opensearch.jdk import Jdk
from sandbox.opensearch.node_folder import Setting

ADMIN = "admin"
"""The user of the demo configuration whose password is asked for."""

PLUGIN = Path("plugins") / "opensearch-security"

OURS: Mapping[str, Setting] = {
    # Clients on loopback need no CA. Between nodes TLS cannot be switched off.
    "plugins.security.ssl.http.enabled": False,
    # Every refused request would be a document of another index.
    "plugins.security.audit.type": "noop",
}


def random_password() -> str:
    """One that the plugin takes for strong, whatever its version: it wants every kind of character."""
    return f"{secrets.token_urlsafe(24)}-aA1!"


def secure(home: Path, jdk: Jdk, password: str) -> dict[str, Setting]:
    """Write certificates, users and roles into the node's directory; returns the settings that go with them.

    Args:
        password: of the user `admin`, who may do everything and is the only one there is.

    Raises:
        ServerError: the plugin refuses it, for instance a password that is weak.
    """
    (home / "config" / "opensearch.yml").write_text("")
    answer = subprocess.run(
        ["bash", home / PLUGIN / "tools" / "install_demo_configuration.sh", "-y", "-i", "-s"],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "OPENSEARCH_JAVA_HOME": str(jdk.home),
            "OPENSEARCH_INITIAL_ADMIN_PASSWORD": password,
        },
    )
    if "### Success" not in answer.stdout:
        # The plugin repeats a password that it refuses.
        reason = _reason(answer.stdout + answer.stderr).replace(password, "***")
        raise ServerError(f"the security plugin cannot be set up: {reason}")
    _leave_only_the_admin(home / "config" / "opensearch-security" / "internal_users.yml")
    demo: dict[str, Setting] = yaml.safe_load((home / "config" / "opensearch.yml").read_text())
    return {**demo, **OURS}


def _leave_only_the_admin(users: Path) -> None:
    """The other users of the demo have passwords that everybody knows."""
    found: dict[str, Any] = yaml.safe_load(users.read_text())
    users.write_text(yaml.safe_dump({name: found[name] for name in ("_meta", ADMIN)}))


def _reason(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("###")]
    telling = [line for line in lines if "assword" in line or "rror" in line or "xception" in line]
    return (telling or lines or ["it does not say why"])[-1]
