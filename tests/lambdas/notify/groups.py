"""What filter_events leaves behind for notify: groups in the table, and their wake-ups in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from eventcore.event import Event
from eventcore.grouping.arrival import Arrival, Recovery
from eventcore.grouping.encoding import decode_group, encode_state
from eventcore.grouping.group import Ending, Group
from eventcore.grouping.key import GroupRef, group_of
from eventcore.grouping.merge import merge
from eventcore.queue_message import WakeUp, encode_message, hop
from eventcore.rules.matched_route import MatchedRoute
from lambdas.common.state_table import KEPT
from tests.fixtures.events import event
from tests.lambdas.notify.stage import Stage

CRASH_LOOP = Ending(quiet=600.0)
NODE = Ending(recovers=True)
MOMENT = Ending()


def route(receiver: str = "sre", **changes: Any) -> MatchedRoute:
    """A route by namespace and reason, with the defaults of times."""
    return MatchedRoute(
        **{
            "route": "route.routes[0]",
            "identity": "0" * 32,
            "receiver": receiver,
            "group_by": ("cluster.name", "involvedObject.namespace", "reason"),
            "group_wait": 30.0,
            "group_interval": 300.0,
            "repeat_interval": 14_400.0,
        }
        | changes
    )


def crash(
    stage: Stage, name: str = "web-1", *, count: int = 1, namespace: str = "shop", **changes: Any
) -> Event:
    """A container that crashes in this Pod, seen now; the same Event object for the same Pod."""
    now = datetime.fromtimestamp(stage.clock.now, UTC)
    return event(
        **{
            "metadata": {
                "name": f"{name}.1",
                "namespace": namespace,
                "uid": f"uid-of-{namespace}-{name}",
                "resourceVersion": str(100 + count),
                "creationTimestamp": (now - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
            "involvedObject": {"kind": "Pod", "namespace": namespace, "name": name},
            "reason": "BackOff",
            "message": f"Back-off restarting failed container app in pod {name}",
            "count": count,
            "firstTimestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lastTimestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        | changes
    )


def record(
    stage: Stage,
    events: Sequence[Event],
    by: MatchedRoute,
    *,
    ending: Ending = CRASH_LOOP,
    inhibitors: tuple[str, ...] = (),
    recoveries: Sequence[Recovery] = (),
    ref: GroupRef | None = None,
) -> GroupRef:
    """What filter_events does with a batch for one group: merge, wake-up, put."""
    ref = ref or group_of(by, events[0])
    before = read(stage, ref)
    arrivals = [Arrival(each, ending, inhibitors) for each in events]
    after = merge(before, ref, arrivals, recoveries, now=stage.clock.now)
    if after is None:
        return ref
    if after.due is not None and (before is None or before.generation != after.generation):
        send_wake_up(stage, by.receiver, WakeUp(key=ref.key, generation=after.generation, due=after.due))
    put(stage, after)
    return ref


def put(stage: Stage, group: Group) -> None:
    """Write the group over whatever is there."""
    item = stage.table.read([group.key]).get(group.key)
    assert stage.table.write(
        group.key,
        encode_state(group),
        version=item.version if item else 0,
        expires=stage.clock.now + KEPT,
    )


def read(stage: Stage, ref: GroupRef) -> Group | None:
    """The group as the table has it."""
    item = stage.table.read([ref.key]).get(ref.key)
    return decode_group(item.state) if item else None


def send_wake_up(stage: Stage, receiver: str, wake_up: WakeUp) -> None:
    """Put a timer into the receiver's queue."""
    stage.sqs.send_message(
        QueueUrl=stage.receivers[receiver].queue_url,
        MessageBody=encode_message(wake_up),
        DelaySeconds=hop(wake_up.due - stage.clock.now),
    )
