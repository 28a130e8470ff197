"""The recorded streams, through the whole core."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from eventcore.event import Event
from eventcore.identity import index_name, observation_id, partition_key
from eventcore.normalise import normalise
from eventcore.wire import decode, encode

RECORDING = Path(__file__).parents[1] / "recording"
RECEIVED_AT = datetime(2026, 11, 21, 3, tzinfo=UTC)


def observations(name: str) -> Iterator[Event]:
    path = RECORDING / name
    data = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    for line in data.splitlines():
        change = msgspec.json.decode(line)
        if change["type"] in {"ADDED", "MODIFIED"}:
            yield normalise(change["object"], cluster="demo", received_at=RECEIVED_AT)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(observations("watch-core.jsonl.gz"))


def test_every_recorded_state_is_an_observation_of_its_own(events: list[Event]) -> None:
    assert len(events) == 455
    assert len(set(map(observation_id, events))) == 455


def test_every_recorded_state_travels_unchanged(events: list[Event]) -> None:
    assert [decode(encode(one)) for one in events] == events


def test_wrong_clocks_open_no_index_of_their_own(events: list[Event]) -> None:
    # The recording holds events from a day ahead and from the epoch.
    assert {"FromTheFuture", "FromThePast"} <= {one.reason for one in events}
    assert set(map(index_name, events)) == {"kube-events-2026.11.21"}


def test_load_spreads_over_partitions(events: list[Event]) -> None:
    assert len(set(map(partition_key, events))) > 100


def test_states_made_by_hand_for_what_the_recording_lacks_travel_too() -> None:
    events = list(observations("handmade.jsonl"))
    assert len(set(map(observation_id, events))) == len(events)
    for one in events:
        sent = decode(encode(one))
        assert sent == one or sent.truncated
