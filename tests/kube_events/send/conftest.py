"""The deployment that the commands work on."""

from tests.kube_events.deployed import calls, deployed, run

__all__ = ["calls", "deployed", "run"]
