"""The Lease object: what the election reads and writes of it. Everything else in it stays as it was."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Self

import msgspec
from msgspec import Struct

CHECKPOINT = "kube-events/checkpoint"
"""The annotation that holds how far the events are shipped."""


class LeaseSpec(Struct, frozen=True, rename="camel"):
    """Who holds the Lease. Two of them differ exactly if somebody acquired, renewed or released it."""

    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: str | None = None
    renew_time: str | None = None
    lease_transitions: int | None = None


class _Metadata(Struct, frozen=True, rename="camel"):
    uid: str
    resource_version: str
    annotations: dict[str, str] | None = None


class _Parts(Struct, frozen=True):
    metadata: _Metadata
    spec: LeaseSpec = LeaseSpec()


class Lease:
    """One state of a Lease, as the API server answered it."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Raises msgspec.ValidationError if it is no Lease."""
        self._document = document
        parts = msgspec.convert(document, _Parts)
        self.uid = parts.metadata.uid
        self.version = parts.metadata.resource_version
        self.spec = parts.spec
        self._annotations = parts.metadata.annotations or {}

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Raises msgspec.MsgspecError or UnicodeDecodeError if it is no Lease."""
        return cls(msgspec.json.decode(body, type=dict[str, Any]))

    def encode(self) -> bytes:
        """The whole object, for a PUT: the server refuses it if the Lease was written in between."""
        return msgspec.json.encode(self._document)

    @property
    def holder(self) -> str:
        """Empty if nobody holds it."""
        return self.spec.holder_identity or ""

    @property
    def checkpoint(self) -> str | None:
        """The value of the annotation."""
        return self._annotations.get(CHECKPOINT)

    def acquired(self, identity: str, at: datetime, lease_duration: float) -> Lease:
        """The same Lease, held by `identity` from now on; one more transition."""
        time = micro_time(at)
        spec = LeaseSpec(identity, _seconds(lease_duration), time, time, self._transitions + 1)
        return self._with(spec, None)

    def renewed(self, at: datetime, lease_duration: float, checkpoint: str | None) -> Lease:
        """The same Lease, held on by who holds it. A `checkpoint` of None leaves the annotation as it is."""
        spec = LeaseSpec(
            self.spec.holder_identity,
            _seconds(lease_duration),
            self.spec.acquire_time,
            micro_time(at),
            self.spec.lease_transitions,
        )
        return self._with(spec, checkpoint)

    def released(self, at: datetime, checkpoint: str | None) -> Lease:
        """The same Lease, held by nobody, as client-go writes it."""
        time = micro_time(at)
        return self._with(LeaseSpec("", 1, time, time, self._transitions), checkpoint)

    @property
    def _transitions(self) -> int:
        return self.spec.lease_transitions or 0

    def _with(self, spec: LeaseSpec, checkpoint: str | None) -> Lease:
        metadata = dict(self._document["metadata"])
        if checkpoint is not None:
            annotations = {**self._annotations, CHECKPOINT: checkpoint}
            if not checkpoint:
                del annotations[CHECKPOINT]
            metadata["annotations"] = annotations
        fields = {**(self._document.get("spec") or {}), **msgspec.to_builtins(spec)}
        return Lease({**self._document, "metadata": metadata, "spec": fields})


def micro_time(at: datetime) -> str:
    """Kubernetes' MicroTime, spelled as the API server spells it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _seconds(duration: float) -> int:
    """The API takes whole seconds, 1 at least: others wait a little longer rather than too short."""
    return max(1, math.ceil(duration))
