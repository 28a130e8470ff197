"""Events of the stage's day: ten past two, when its clock stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from eventcore.event import Event
from tests.fixtures.events import event

NOW = datetime(2026, 11, 21, 2, 10, tzinfo=UTC)


def stamp(ago: float) -> str:
    """So many seconds before the stage's first moment."""
    return f"{NOW - timedelta(seconds=ago):%Y-%m-%dT%H:%M:%SZ}"


def crash(pod: str = "web-1", *, count: int = 1, ago: float = 0.0, **changes: Any) -> Event:
    """A container's back-off; each pod has one Event object, of which this is the state with this count."""
    return event(
        metadata={
            "name": f"{pod}.1",
            "namespace": "shop",
            "uid": f"uid-of-{pod}",
            "resourceVersion": str(1000 + count),
            "creationTimestamp": stamp(ago + 60),
        },
        involvedObject={"kind": "Pod", "namespace": "shop", "name": pod, "uid": f"pod-{pod}"},
        count=count,
        firstTimestamp=stamp(ago + 60),
        lastTimestamp=stamp(ago),
        **changes,
    )


def node_event(reason: str, *, node: str = "node-1", ago: float = 0.0, **changes: Any) -> Event:
    """NodeNotReady, NodeReady."""
    return event(
        metadata={
            "name": f"{node}.{reason}",
            "namespace": "default",
            "uid": f"uid-of-{node}-{reason}",
            "resourceVersion": "77",
            "creationTimestamp": stamp(ago),
        },
        involvedObject={"kind": "Node", "name": node, "uid": node},
        reason=reason,
        message=f"Node {node} status is now: {reason}",
        source={"component": "node-controller"},
        type="Normal",
        count=1,
        firstTimestamp=stamp(ago),
        lastTimestamp=stamp(ago),
        **changes,
    )
