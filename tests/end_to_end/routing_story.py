"""What happens in the cluster of the routing test, and the rules by which people hear of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5
from zoneinfo import ZoneInfo

from eventcore.event import Cluster, Event
from eventcore.normalise import normalise
from tests.fixtures.events import raw_event

CLUSTER = Cluster(name="routing")
NAMESPACES = [f"storm-{number:02}" for number in range(50)]
WARNINGS = 5_000
REPEATS = 1_000

GROUP_WAIT, GROUP_INTERVAL = 5, 15
"""Seconds, of the crash loop."""

RULES = """
inhibit:
  - source: {{reason: [NodeNotReady]}}
    target: {{involvedObject: {{namespace: [inhibited]}}}}
    equal: [cluster.name, node]
time_intervals:
  - name: for-a-minute
    time_intervals:
      - times: [{{start_time: "00:00", end_time: "{until:%H:%M}"}}]
        location: {zone}
route:
  receivers: []
  group_by: ['...']
  group_wait: 2s
  group_interval: 5s
  routes:
    - match: {{involvedObject: {{namespace: [{{prefix: storm-}}]}}}}
      receivers: [storm-a, storm-b]
      group_by: [involvedObject.namespace]
      group_wait: 5s
      group_interval: 10s
    - match: {{involvedObject: {{namespace: [looping]}}}}
      receiver: pager
      group_wait: {group_wait}s
      group_interval: {group_interval}s
      repeat_interval: {group_interval}s
    - match: {{involvedObject: {{namespace: [lasting]}}, reason: [FailedScheduling]}}
      receiver: pager
      group_wait: 1s
      group_interval: 1s
      repeat_interval: 2s
    - match: {{involvedObject: {{namespace: [recovering]}}, reason: [FailedScheduling]}}
      receiver: pager
    - match: {{involvedObject: {{namespace: [ending]}}}}
      receiver: pager
      resolve_after: 8s
    - match: {{involvedObject: {{namespace: [muted]}}}}
      receiver: pager
      group_by: [involvedObject.namespace]
      mute_time_intervals: [for-a-minute]
    - match: {{involvedObject: {{namespace: [chaos]}}}}
      receiver: chaos
    - match: {{involvedObject: {{namespace: [warming, inhibited, silenced, belated]}}}}
      receiver: pager
    - match: {{reason: [NodeNotReady]}}
      receiver: pager
"""


def write_rules(file: Path, *, muted_for: timedelta) -> datetime:
    """The rules, with a mute time of at least so long; returns its end. Its time zone is one in which no day
    ends meanwhile."""
    now = datetime.now(UTC)
    until = (now + muted_for + timedelta(seconds=59)).replace(second=0, microsecond=0)
    zone = "UTC" if now.date() == until.date() else "Asia/Tokyo"
    local = until.astimezone(ZoneInfo(zone))
    file.write_text(
        RULES.format(until=local, zone=zone, group_wait=GROUP_WAIT, group_interval=GROUP_INTERVAL)
    )
    return until


def event(namespace: str, name: str = "web", *, reason: str = "OOMKilling", **more: Any) -> Event:
    """Something that has just happened to a Pod. `count` and `at` may be said, and `node`; other changes are
    those of `raw_event`."""
    count, at = more.pop("count", 1), more.pop("at", datetime.now(UTC))
    node = more.pop("node", "node-1")
    raw = raw_event()
    uid = str(uuid5(NAMESPACE_OID, f"{namespace}/{name}/{reason}"))
    metadata = {"uid": uid, "namespace": namespace or "default", "resourceVersion": str(count)}
    time = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    changes = {
        "metadata": raw["metadata"] | metadata | {"creationTimestamp": time, "managedFields": None},
        "involvedObject": {"kind": "Pod", "namespace": namespace, "name": name, "uid": uid},
        "reason": reason,
        "message": f"{reason} of {name}",
        "source": {"component": "kubelet", "host": node},
        "firstTimestamp": time,
        "lastTimestamp": time,
        "count": count,
    }
    return normalise(raw | changes | more, cluster=CLUSTER, received_at=at)


def node_event(name: str, reason: str) -> Event:
    """Something about a Node."""
    involved = {"kind": "Node", "namespace": "", "name": name, "uid": name}
    return event("", name, reason=reason, involvedObject=involved, node=name)


def storm() -> list[list[Event]]:
    """Five thousand different warnings over fifty namespaces, in ten parts, and all once more in another
    order."""
    warnings = [event(NAMESPACES[number % len(NAMESPACES)], f"web-{number}") for number in range(WARNINGS)]
    again = random.Random(5).sample(warnings, WARNINGS)  # noqa: S311 - an order, no secret
    parts = [warnings[start : start + MAX_PART] for start in range(0, WARNINGS, MAX_PART)]
    return [*parts, again]


MAX_PART = WARNINGS // 10


def crash_loop() -> Iterator[list[Event]]:
    """One BackOff that repeats a thousand times, in a hundred parts; within each the order is another one."""
    order = random.Random(7)  # noqa: S311 - an order, no secret
    for start in range(1, REPEATS + 1, 10):
        states = [
            event("looping", reason="BackOff", count=count, type="Warning")
            for count in range(start, start + 10)
        ]
        order.shuffle(states)
        yield states
