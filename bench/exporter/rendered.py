"""Events in bulk: a recorded one of 1.3 KB, rendered with names, uids and versions of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from sandbox.cluster import MAIN, load_recording

FIRST_VERSION = 1001
"""Of the first event. The Lease and the Pods come before."""

_REASON = b'"FailedCreatePodSandBox"'
"""The recording's burst; of 1,306 bytes each."""


class Rendered(NamedTuple):
    """One state of an Event object."""

    version: int
    name: str
    item: bytes
    """As a list has it."""
    chunk: bytes
    """As a watch has it: a line, and an HTTP chunk of its own, which is what the API server makes of it."""


def new_events(begin: int, number: int) -> Iterator[Rendered]:
    """So many different events; `begin` is the number of events before them."""
    template = _template()
    time = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    for at in range(begin, begin + number):
        yield _rendered(template, "ADDED", at, at, 1, time)


def repeats(begin: int, number: int) -> Iterator[Rendered]:
    """One event and its repetitions, each of which counts one more; `begin` as above."""
    template = _template()
    time = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    for count in range(number):
        kind = "MODIFIED" if count else "ADDED"
        yield _rendered(template, kind, begin + count, begin, count + 1, time)


def _rendered(template: str, kind: str, at: int, object_: int, count: int, time: bytes) -> Rendered:
    version = FIRST_VERSION + at
    name = f"web-{object_ // 5:06}.{object_:016x}"
    values = {
        "NAME": name,
        "UID": f"{object_:08x}-0000-4000-8000-000000000001",
        "VERSION": str(version),
        "POD": f"web-{object_ // 5:06}",
        "PODUID": f"{object_ // 5:08x}-0000-4000-8000-000000000002",
        "TIME": time.decode(),
        "COUNT": str(count),
    }
    line = (template % {**values, "TYPE": kind}).encode() + b"\n"
    item = line.partition(b'"object":')[2][:-2]
    return Rendered(version, name, item, b"%x\r\n%b\r\n" % (len(line), line))


@cache
def _template() -> str:
    line = next(line for line in load_recording(MAIN).lines if _REASON in line.raw)
    raw = json.loads(line.raw)
    event = raw["object"]
    raw["type"] = "%(TYPE)s"
    event["metadata"] |= {
        "name": "%(NAME)s",
        "uid": "%(UID)s",
        "resourceVersion": "%(VERSION)s",
        "creationTimestamp": "%(TIME)s",
    }
    event["metadata"]["managedFields"][0]["time"] = "%(TIME)s"
    event["involvedObject"] |= {"name": "%(POD)s", "uid": "%(PODUID)s"}
    event |= {"firstTimestamp": "%(TIME)s", "lastTimestamp": "%(TIME)s", "count": 1234567}
    text = json.dumps(raw, separators=(",", ":"))
    return text.replace('"count":1234567', '"count":%(COUNT)s')
