"""A batch of the stream: recorded observations, of other objects, in fifty namespaces, of the last minute."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from bench.filter.rules import NAMESPACES
from bench.index.observations import RECEIVED_AT, batch, observations
from eventcore.event import Event

NOW = RECEIVED_AT.timestamp()

BATCH = 500
"""Records of one invocation, as Terraform sets it."""


def payload(*, first: int = 0) -> dict[str, Any]:
    """What Lambda hands to the function; others for another `first`."""
    return batch([_of_namespace(event, at) for at, event in enumerate(observations(BATCH, first=first))])


def _of_namespace(event: Event, at: int) -> Event:
    involved, seen = event.involved_object, RECEIVED_AT - timedelta(seconds=at % 60)
    namespace = NAMESPACES[at * 7 % len(NAMESPACES)] if involved.namespace else ""
    return replace(
        event,
        metadata=replace(event.metadata, namespace=namespace or "default", creation_timestamp=seen),
        involved_object=replace(involved, namespace=namespace),
        first_seen=seen,
        last_seen=seen,
        received_at=RECEIVED_AT,
        written_at=seen,
    )
