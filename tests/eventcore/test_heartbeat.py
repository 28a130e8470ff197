"""The heartbeat on the wire: told apart from events, small, and of a cluster that may have such a name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eventcore.wire import MalformedRecord, UnsupportedSchema, decode, decode_record, encode, encode_heartbeat
from tests.fixtures.events import event, heartbeat

HEARTBEAT = heartbeat()


def changed(**fields: Any) -> bytes:
    return json.dumps(json.loads(encode_heartbeat(HEARTBEAT)) | fields).encode()


def test_it_says_what_it_is_in_its_first_field_and_is_small() -> None:
    data = encode_heartbeat(HEARTBEAT)
    assert data == (
        b'{"record":"heartbeat","schemaVersion":1,"cluster":{"name":"prod-eu"},"time":"2026-11-21T02:11:00Z",'
        b'"exporterVersion":"0.1.0","checkpointLagSeconds":0.4,"read":1200,"sent":1195}'
    )


def test_one_decoder_tells_events_and_heartbeats_apart() -> None:
    assert decode_record(encode_heartbeat(HEARTBEAT)) == HEARTBEAT
    assert decode_record(encode(event())) == event()
    assert decode_record(encode_heartbeat(heartbeat(probe=True))) == heartbeat(probe=True)


def test_a_heartbeat_where_only_an_event_makes_sense_is_refused() -> None:
    with pytest.raises(MalformedRecord, match="a heartbeat, where an event should be"):
        decode(encode_heartbeat(HEARTBEAT))


def test_fields_of_a_newer_exporter_are_ignored() -> None:
    assert decode_record(changed(mood="fine")) == HEARTBEAT


def test_a_heartbeat_of_another_schema_is_refused() -> None:
    with pytest.raises(UnsupportedSchema, match="schema version 9"):
        decode_record(changed(schemaVersion=9))


@pytest.mark.parametrize("name", ["", ".hidden", "a b", "x" * 101, "prod\n", "prod-é", "a/b"])
def test_a_name_that_no_cluster_may_have_is_no_heartbeats(name: str) -> None:
    # It would become the name of a metric, which costs.
    with pytest.raises(MalformedRecord, match="no name of a cluster"):
        decode_record(changed(cluster={"name": name}))


def test_the_page_shows_one_as_it_travels() -> None:
    page = (Path(__file__).parents[2] / "docs/event-model.md").read_text()
    example = page.partition("<!-- heartbeat -->")[2].partition("<!-- /heartbeat -->")[0]
    assert json.loads(example.strip().removeprefix("```json").removesuffix("```")) == json.loads(
        encode_heartbeat(HEARTBEAT)
    )
