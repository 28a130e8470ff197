"""The intake: raw objects become records, or are counted by what is wrong with them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from eventcore import wire
from exporter.counts import Counts
from exporter.intake import Intake
from exporter.ship.record import Record
from exporter.watch.credentials import credentials
from exporter.watch.events_api import EventsApi
from exporter.watch.transport import Patience, Transport
from sandbox.cluster import HANDMADE, MAIN, load_recording
from tests.fixtures.cluster import ScriptedApiServer, event_object, list_page

NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)


class Taken:
    """An intake and what came out of it."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.counts = Counts()
        self.intake = Intake("prod-eu", self.records.append, self.counts, now=lambda: NOW)

    def take(self, raw: object) -> None:
        self.intake(Raw(raw if isinstance(raw, bytes) else json.dumps(raw).encode()))


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
    assert taken.counts.snapshot()["read"] == 1


@pytest.mark.parametrize("event", [without("uid"), without("resourceVersion"), {}, [], "text", None])
def test_an_event_that_nothing_can_identify_is_counted_and_logged(
    event: object, caplog: pytest.LogCaptureFixture
) -> None:
    taken = Taken()
    with caplog.at_level(logging.ERROR):
        taken.take(event)
    assert taken.records == []
    assert taken.counts.snapshot()["unidentified"] == 1
    assert len(caplog.records) == 1


def test_an_object_that_is_no_json_is_counted() -> None:
    taken = Taken()
    taken.take(b'{"message": "\xff"}')
    assert taken.counts.snapshot()["malformed"] == 1


def test_an_item_of_a_list_that_is_no_text_does_not_cost_the_others(
    api_server: ScriptedApiServer, tmp_path: Path
) -> None:
    # GIVEN
    page = list_page(event_object("a", 101, message="?"), event_object("b", 102), version=103)
    api_server.answers(page._replace(body=page.body.replace(b'"?"', b'"\xff"')))
    api = EventsApi(
        Transport(credentials(str(api_server.kubeconfig(tmp_path / "kubeconfig")), None), Patience())
    )
    taken = Taken()
    # WHEN
    for item in api.list_page(limit=2).items or ():
        taken.intake(item)
    # THEN
    assert [record.identity for record in taken.records] == ["prod-eu:uid-b:102"]
    assert taken.counts.snapshot()["malformed"] == 1


@pytest.mark.parametrize("recording", [MAIN, HANDMADE])
def test_every_recorded_state_fits_a_record_and_is_its_own_observation(recording: Any) -> None:
    taken = Taken()
    lines = [line for line in load_recording(recording).lines if line.type != "DELETED"]
    for line in lines:
        taken.take(line.object)
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
    taken.take(raw)
    counts = taken.counts.snapshot()
    assert counts["read"] + counts["unidentified"] + counts["malformed"] == 1
