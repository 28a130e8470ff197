"""
ControlPlaneError
 x  NotBuilt           the binary is not there and cannot be built; says what is missing
 x  ComponentFailed    a process ended, or does not get ready; carries what it said last
 x  Refused            the API server or etcd said no to the sandbox itself; carries the status
"""

from __future__ import annotations


class ControlPlaneError(Exception):
    """The control plane cannot do what it was asked for; one line says why."""


class NotBuilt(ControlPlaneError):
    """The binary is not there and cannot be built."""


class ComponentFailed(ControlPlaneError):
    """A process of the control plane ended, or does not get ready."""


class Refused(ControlPlaneError):
    """The API server or etcd said no to the sandbox itself."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"HTTP {status}: {message}")
        self.status = status
