"""The deployment that the commands work on."""

from tests.fixtures.calls import calls
from tests.kube_events.deployed import deployed, run

__all__ = ["calls", "deployed", "run"]
