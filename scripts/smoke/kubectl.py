"""kubectl against the cluster of the current context, and what goes wrong with it."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any


class KubectlError(Exception):
    """kubectl is missing, or the cluster refuses; one line says what."""


class NotThere(KubectlError):
    """The object does not exist."""


class Kubectl:
    """One namespace of the cluster."""

    def __init__(self, namespace: str) -> None:
        """
        Raises:
            KubectlError: kubectl is not there.
        """
        if shutil.which("kubectl") is None:
            raise KubectlError("kubectl is missing: install it")
        self.namespace = namespace

    def context(self) -> str:
        """Name of the context, which says to a person which cluster it is."""
        return self._run("config", "current-context").strip()

    def apply(self, manifest: str) -> str:
        """Make or change what the manifest says; answers what was done."""
        return self._run("apply", f"--namespace={self.namespace}", "--filename=-", given=manifest).strip()

    def get(self, *arguments: str) -> dict[str, Any]:
        """An object or a list, as JSON.

        Raises:
            NotThere: no such object.
            KubectlError: anything else.
        """
        answer: dict[str, Any] = json.loads(
            self._run("get", *arguments, f"--namespace={self.namespace}", "--output=json")
        )
        return answer

    def delete(self, *arguments: str) -> str:
        """Remove and wait until it is gone; answers what was removed."""
        return self._run("delete", *arguments, f"--namespace={self.namespace}", "--ignore-not-found").strip()

    def _run(self, *arguments: str, given: str = "") -> str:
        # Two minutes: a namespace that is deleted waits for what is in it.
        command = ["kubectl", "--request-timeout=30s", *arguments]
        try:
            answer = subprocess.run(
                command, input=given, capture_output=True, text=True, check=False, timeout=120
            )
        except subprocess.TimeoutExpired:
            raise KubectlError(f"kubectl {arguments[0]}: no answer for two minutes") from None
        if answer.returncode == 0:
            return answer.stdout
        said = " ".join(answer.stderr.split())
        if "(NotFound)" in said:
            raise NotThere(said)
        raise KubectlError(f"kubectl {arguments[0]}: {said}")
