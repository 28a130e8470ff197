"""A steady flow of events: the recorded ones as if they happened now, between numbered ones of our own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import msgspec
from msgspec.structs import replace

from eventcore.event import Cluster, Event
from eventcore.identity import observation_id
from eventcore.normalise import normalise
from eventcore.rules import Ruleset, decode_compiled
from eventcore.wire import as_view
from kube_events.rules.files import compile_file
from sandbox.cluster import MAIN, load_recording
from sandbox.cluster.recording import STATES
from sandbox.demo.options import ROOT
from tests.fixtures.events import raw_event

BAD_FIELD = "notEnriched"
"""No recorded event has it. Where somebody's mapping takes it for an address, the server refuses a text."""
BAD_MAPPING = {BAD_FIELD: {"type": "ip"}}
ONE_IN = 100
PER_SECOND = 40
_TICK = 0.25
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Flow:
    """Events of one cluster, of which every hundredth can never be stored."""

    def __init__(self, cluster: str, put: Callable[[Sequence[Event]], None]) -> None:
        self._cluster = Cluster(name=cluster, region="eu-central-1", account="123456789012")
        self._put = put
        self._began = datetime.now(UTC)
        self._events = self._endless()
        self._rules = Ruleset(decode_compiled(compile_file(ROOT / "rules" / "default.yaml")))
        self.good: dict[str, Event] = {}
        """What has to be stored of what was put, by id: as the rules classify it."""
        self.bad: dict[str, Event] = {}
        """What has to be set aside of it."""
        self.put = 0
        """Events so far."""

    @property
    def example(self) -> Event:
        """One of its numbered events, that is not put."""
        return self._numbered(0)

    def run(self, seconds: float) -> None:
        """Let it flow for so long."""
        end = time.monotonic() + seconds
        self.run_until(lambda: time.monotonic() >= end)

    def run_until(self, done: Callable[[], bool]) -> None:
        """Let it flow until something is so."""
        while not done():
            began = time.monotonic()
            self._put_some(round(PER_SECOND * _TICK))
            time.sleep(max(0.0, _TICK - (time.monotonic() - began)))

    def _put_some(self, number: int) -> None:
        events = [next(self._events) for _ in range(number)]
        self._put(events)
        self.put += number
        for event in events:
            if event.not_enriched:
                self.bad[observation_id(event)] = event
            elif (kept := self._rules.classify(event)) is not None:
                self.good[observation_id(event)] = kept

    def _endless(self) -> Iterator[Event]:
        recorded, number = self._recorded(), 0
        while True:
            number += 1
            if number % ONE_IN == 0:
                yield replace(self._numbered(number), not_enriched=f"number {number} is to be refused")
            elif number % 2 and (event := next(recorded, None)) is not None:
                yield event
            else:
                yield self._numbered(number)

    def _numbered(self, number: int) -> Event:
        """State `number`, of an object that has ten states."""
        began = f"{self._began:%Y-%m-%dT%H:%M:%SZ}"
        metadata = {
            "uid": str(uuid5(NAMESPACE_OID, f"{self._cluster.name} {number // 10}")),
            "resourceVersion": str(number),
            "creationTimestamp": began,
            "labels": {"app": "flow", "app.kubernetes.io/name": f"flow-{number}"},
        }
        raw = raw_event(
            metadata=raw_event()["metadata"] | metadata | {"managedFields": None},
            message=f"number {number}",
            firstTimestamp=began,
            lastTimestamp=began,
        )
        return normalise(raw, cluster=self._cluster, received_at=self._began)

    def _recorded(self) -> Iterator[Event]:
        lines = [line.object for line in load_recording(MAIN).lines if line.type in STATES]
        newest = max(_time(found[0]) for line in lines for found in _TIME.finditer(line))
        later = self._began - newest
        for line in lines:
            moved = _TIME.sub(lambda found: _moved(found[0], later), line)
            yield normalise(msgspec.json.decode(moved), cluster=self._cluster, received_at=self._began)


def inexact(documents: Sequence[Mapping[str, Any]], wanted: Mapping[str, Event]) -> dict[str, str]:
    """By id what is wrong about documents: nothing, if each event is there once and says what it said."""
    wrong = dict.fromkeys(wanted, "missing")
    seen: set[str] = set()
    for hit in documents:
        identity, source = hit["_id"], hit["_source"]
        event = wanted.get(identity)
        if event is None:
            wrong[identity] = "nobody put it"
        elif identity in seen:
            wrong[identity] = "stored twice"
        else:
            view = as_view(event) | {"@timestamp": as_view(event)["lastSeen"]}
            different = {name for name in view if source.get(name) != view[name]}
            if different or hit["_version"] != 1:
                wrong[identity] = f"version {hit['_version']}, different: {', '.join(sorted(different))}"
            else:
                del wrong[identity]
        seen.add(identity)
    return wrong


def _time(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode())


def _moved(text: bytes, by: timedelta) -> bytes:
    return f"{_time(text) + by:%Y-%m-%dT%H:%M:%S.%fZ}".encode()
