"""The quick way of reading, straight into types, and the lenient one: what both can read is the same."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from eventcore.event import Event
from eventcore.kubernetes_event import KubernetesEvent
from eventcore.normalise import normalise
from eventcore.repair import repaired
from eventcore.shorten import Shortener, is_short
from tests.eventcore.strategies import ANYTHING, TYPED_EVENTS
from tests.fixtures.events import CLUSTER, RECEIVED_AT, raw_event

RECORDING = Path(__file__).parents[1] / "recording"


def read_typed(raw: object) -> KubernetesEvent:
    return msgspec.json.decode(json.dumps(raw).encode(), type=KubernetesEvent)


def normalised(raw: object) -> Event:
    return normalise(raw, cluster=CLUSTER, received_at=RECEIVED_AT)


@given(TYPED_EVENTS)
@settings(deadline=None)
def test_an_event_of_kubernetes_types_is_the_same_in_whichever_way_it_is_read(raw: dict[str, Any]) -> None:
    assert normalised(read_typed(raw)) == normalised(raw)


@given(ANYTHING)
@settings(deadline=None)
def test_what_is_repaired_could_have_been_read_straight_away(raw: Any) -> None:
    # GIVEN what the repair made of anything, written as JSON once more
    event = repaired(raw)
    try:
        written = msgspec.json.encode(event)
    except UnicodeEncodeError:
        return  # half a surrogate pair, which shortening replaces later on
    # THEN
    assert normalised(msgspec.json.decode(written, type=KubernetesEvent)) == normalised(raw)


@given(TYPED_EVENTS)
@settings(deadline=None)
def test_an_event_that_is_said_to_be_short_loses_nothing_by_shortening(raw: dict[str, Any]) -> None:
    event = read_typed(raw)
    shortener = Shortener()
    shortened = shortener.event(event)
    if is_short(event):
        assert not shortener.truncated
        assert shortened == msgspec.structs.replace(
            event, metadata=msgspec.structs.replace(event.metadata, labels={}, annotations={})
        )
    assert is_short(event) <= (len(event.message.encode()) == len(event.message))


@pytest.mark.parametrize("name", ["watch-core.jsonl.gz", "small.jsonl.gz", "handmade.jsonl"])
def test_every_recorded_event_is_the_same_in_both_ways(name: str) -> None:
    data = (RECORDING / name).read_bytes()
    lines = (gzip.decompress(data) if name.endswith(".gz") else data).splitlines()
    objects = [json.loads(line)["object"] for line in lines]
    for raw in objects:
        assert normalised(read_typed(raw)) == normalised(raw)
    assert sum(is_short(read_typed(raw)) for raw in objects) > 0


@pytest.mark.parametrize(
    "change",
    [{"reason": None}, {"count": 7.0}, {"metadata": []}, {"firstTimestamp": "yesterday"}, {"source": None}],
)
def test_wrong_types_are_no_error_of_the_lenient_way(change: dict[str, Any]) -> None:
    raw = raw_event() | change
    with pytest.raises(msgspec.ValidationError):
        read_typed(raw)
    assert normalised(raw).message == raw_event()["message"]


def test_a_related_object_without_any_field_is_none() -> None:
    assert normalised(raw_event(related={"odd": 1})).related is None
