"""Events of a bad night, made by hand: what docs/queries.md asks for and the recording lacks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from msgspec.structs import replace

from eventcore.event import ContainerExit, Event, Owner
from tests.fixtures.events import event, raw_event
from tests.fixtures.recorded import recorded_events

CLUSTER = "night"
FIXED_CLUSTER = "prod-eu"
"""Its events have the dates that the page has; no other event is of this cluster."""

_END_OF_RECORDING = datetime(2026, 11, 21, 1, 4, 14, tzinfo=UTC)
_BEFORE_NOW = timedelta(minutes=30)


def recording_until(now: datetime) -> list[Event]:
    """Everything recorded, as if its end were half an hour ago."""
    by = now - _BEFORE_NOW - _END_OF_RECORDING
    return [_later(each, by) for each in (*recorded_events(), *recorded_events("handmade.jsonl"))]


def _later(each: Event, by: timedelta) -> Event:
    created = each.metadata.creation_timestamp + by
    return replace(
        each,
        metadata=replace(each.metadata, creation_timestamp=created),
        first_seen=each.first_seen + by,
        last_seen=each.last_seen + by,
        received_at=each.received_at + by,
        written_at=each.written_at and each.written_at + by,
    )


def night_until(now: datetime) -> list[Event]:
    """One event for each thing that may go wrong, an hour ago unless its question has a date."""
    return [*_pods(now), *_capacity(now), *_nodes(now), *_admission(now), *_dated()]


def _pods(now: datetime) -> Iterator[Event]:
    checkout: dict[str, Any] = {
        "labels": {"app": "web"},
        "owners": (
            Owner(kind="ReplicaSet", name="checkout-78769cd565"),
            Owner(kind="Deployment", name="checkout"),
        ),
    }
    killed = ContainerExit(
        name="app", exit_code=137, reason="OOMKilled", memory_limit="64Mi", restart_count=3
    )
    ended = ContainerExit(name="app", exit_code=126, reason="Error", restart_count=4)
    yield _at(now, "OOMKilled", "Pod/checkout-1", container=killed, involved=checkout)
    yield _at(now, "ContainerExited", "Pod/checkout-1", container=ended, involved=checkout)
    yield _at(now, "Killing", "Pod/checkout-1", type="Normal", involved=checkout)
    message = "Liveness probe failed: HTTP probe failed with statuscode: 500"
    yield _at(now, "Unhealthy", "Pod/checkout-1", message, involved=checkout)
    yield _at(now, "ScalingReplicaSet", "Deployment/checkout", type="Normal")
    yield _at(now, "BackOff", "Pod/img-1", 'Back-off pulling image "registry.example/wbe:1"', type="Normal")


def _capacity(now: datetime) -> Iterator[Event]:
    yield _at(now, "Evicted", "Pod/cache-1", "The node was low on resource: ephemeral-storage.")
    yield _at(now, "Preempted", "Pod/batch-1", "Preempted by pod 4bd3c228 on node node-1", type="Normal")
    yield _at(now, "NotTriggerScaleUp", "Pod/big", "pod didn't trigger scale-up: 1 max limit", type="Normal")
    yield _at(now, "TriggeredScaleUp", "Pod/web-2", "pod triggered scale-up: [{ng-1 1->2}]", type="Normal")


def _nodes(now: datetime) -> Iterator[Event]:
    for reason in ("NodeNotReady", "NodeReady", "NodeHasDiskPressure"):
        yield _at(now, reason, "Node/node-9", type="Normal")
    # The node controller says it of the Pods as well, and that is no Node.
    yield _at(now, "NodeNotReady", "Pod/checkout-1")
    yield _at(now, "Rebooted", "Node/node-9")
    yield _at(now, "SpotInterrupted", "Node/node-8")


def _admission(now: datetime) -> Iterator[Event]:
    yield _at(now, "FailedAttachVolume", "Pod/db-0", "Multi-Attach error for volume pvc-1")
    message = 'Error creating: Internal error occurred: failed calling webhook "policy.example": EOF'
    yield _at(now, "FailedCreate", "ReplicaSet/web-1", message)
    yield _at(now, "DeadlineExceeded", "Job/report-1", "Job was active longer than specified deadline")
    yield _at(now - timedelta(days=20), "FailedMount", "Pod/db-0", "of a month ago")


def _dated() -> Iterator[Event]:
    yield event(lastTimestamp="2026-11-21T02:05:00Z", metadata=_metadata("dated/1"))
    node = {"kind": "Node", "name": "node-1.example.internal"}
    yield event(involvedObject=node, lastTimestamp="2026-11-21T02:09:59Z", metadata=_metadata("dated/2"))
    yield event(lastTimestamp="2026-11-21T02:10:00Z", metadata=_metadata("dated/3"))
    yield event(lastTimestamp="2026-11-21T03:00:00Z", metadata=_metadata("dated/4"))


def _at(
    now: datetime,
    reason: str,
    about: str,
    message: str = "as it is",
    *,
    type: str = "Warning",  # noqa: A002 - its name
    container: ContainerExit | None = None,
    involved: dict[str, Any] | None = None,
) -> Event:
    kind, name = about.split("/")
    moment = now - timedelta(hours=1)
    made = event(
        cluster=CLUSTER,
        reason=reason,
        message=message,
        type=type,
        involvedObject={"kind": kind, "name": name} | ({} if kind == "Node" else {"namespace": "shop"}),
        metadata=_metadata(f"{reason}/{about}/{moment}"),
        lastTimestamp=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        received_at=moment,
    )
    return replace(
        made,
        synthetic=container is not None,
        container=container,
        involved_object=replace(made.involved_object, **(involved or {})),
    )


def _metadata(of: str) -> dict[str, Any]:
    return raw_event()["metadata"] | {"uid": str(uuid5(NAMESPACE_URL, of)), "name": of}
