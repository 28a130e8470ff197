"""The intake: raw objects become records, or are counted by what is wrong with them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventcore import wire
from eventcore.event import Cluster
from eventcore.kubernetes_event import KubernetesEvent
from eventcore.repair import repaired
from exporter.counts import Counts
from exporter.intake import EventIntake, record_of
from exporter.ship.record import Record
from exporter.watch.decoding import Decoding
from sandbox.cluster import HANDMADE, MAIN, load_recording
from tests.fixtures.cluster import event_object

NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
DECODING = Decoding(KubernetesEvent, repaired)


class Taken:
    """An intake and what came out of it."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.counts = Counts()
        self.intake = EventIntake(Cluster(name="prod-eu"), self.counts, now=lambda: NOW)

    def take(self, *raw: object) -> None:
        """Objects that arrived together, as JSON or as what becomes JSON."""
        data = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in raw]
        page = DECODING.page(b'{"metadata":{},"items":[%b]}' % b",".join(data))
        self.records += map(record_of, self.intake(page.items))


def without(*fields: str) -> dict[str, Any]:
    event = event_object("a", 101)
    for field in fields:
        del event["metadata"][field]
    return event


def test_an_event_becomes_a_record_that_carries_its_identity() -> None:
    taken = Taken()
    taken.take(event_object("a", 101, involvedObject={"kind": "Pod", "uid": "pod-uid"}))
    (record,) = taken.records
    assert record.identity == "prod-eu:uid-a:101"
    assert record.partition_key == "prod-eu/pod-uid"
    event = wire.decode(record.data)
    assert (event.cluster.name, event.reason, event.received_at) == ("prod-eu", "BackOff", NOW)


@pytest.mark.parametrize("event", [without("uid"), without("resourceVersion"), {}])
def test_an_event_that_nothing_can_identify_is_counted_and_logged(
    event: object, caplog: pytest.LogCaptureFixture
) -> None:
    taken = Taken()
    with caplog.at_level(logging.ERROR):
        taken.take(event_object("a", 101), event, event_object("b", 102))
    assert [record.identity for record in taken.records] == ["prod-eu:uid-a:101", "prod-eu:uid-b:102"]
    assert taken.counts.snapshot()["unidentified"] == 1
    assert len(caplog.records) == 1


def test_what_is_not_to_be_shipped_is_counted() -> None:
    taken = Taken()
    taken.intake = EventIntake(
        Cluster(name="prod-eu"), taken.counts, drops=lambda event: event.reason == "Noise"
    )
    taken.take(
        event_object("a", 1, reason="Noise"), event_object("b", 2), event_object("c", 3, reason="Noise")
    )
    assert [record.identity for record in taken.records] == ["prod-eu:uid-b:2"]
    assert taken.counts.drops() == {"rule": 2}


@pytest.mark.parametrize("recording", [MAIN, HANDMADE])
def test_every_recorded_state_fits_a_record_and_is_its_own_observation(recording: Any) -> None:
    taken = Taken()
    lines = [line for line in load_recording(recording).lines if line.type != "DELETED"]
    taken.take(*[bytes(line.object) for line in lines])
    assert len({record.identity for record in taken.records}) == len(lines)
    assert max(len(record.data) for record in taken.records) <= wire.MAX_RECORD_BYTES


json_values: Callable[[], st.SearchStrategy[Any]] = lambda: st.recursive(  # noqa: E731
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    ["metadata", "uid", "resourceVersion", "message", "count", "series", "involvedObject"]
)


@given(st.dictionaries(fields, json_values() | st.dictionaries(fields, json_values(), max_size=4)))
def test_no_object_stops_the_intake(raw: dict[str, Any]) -> None:
    taken = Taken()
    page = DECODING.page(json.dumps({"metadata": {}, "items": [raw]}).encode())
    taken.take(raw)
    unidentified = taken.counts.snapshot()["unidentified"]
    assert len(taken.records) + unidentified + len(page.malformed) == 1
