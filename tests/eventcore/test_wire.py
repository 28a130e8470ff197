"""The wire: one flat object, never over its limit, and errors that say what is wrong."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from eventcore.event import SCHEMA_VERSION, ContainerExit, Event, InvolvedObject, ObjectReference, Owner
from eventcore.wire import (
    MAX_RECORD_BYTES,
    MalformedRecord,
    UnsupportedSchema,
    WireError,
    as_view,
    decode,
    decode_record,
    encode,
)
from tests.fixtures.events import event, raw_event


def record(**changes: object) -> bytes:
    return msgspec.json.encode(json.loads(encode(event())) | changes)


def test_a_record_is_one_flat_object_in_kubernetes_names_with_a_schema_version() -> None:
    fields = json.loads(encode(event()))
    assert fields["record"] == "event"
    assert fields["schemaVersion"] == SCHEMA_VERSION
    assert fields["involvedObject"]["fieldPath"] == "spec.containers{app}"
    assert fields["firstSeen"] == "2026-11-21T02:00:00Z"
    # What Kubernetes left out is left out.
    assert "related" not in fields
    assert "truncated" not in fields


def test_what_patterns_see_is_what_travels() -> None:
    assert as_view(event()) == json.loads(encode(event()))


def test_a_record_that_is_read_back_is_the_same_event() -> None:
    assert decode(encode(event())) == event()
    assert decode(encode(event()).decode()) == event()


def test_a_record_from_before_clusters_had_regions_is_read() -> None:
    # A release that knows neither passes over them, and this one reads what that wrote.
    old = decode(record(cluster={"name": "prod-eu"}))
    assert (old.cluster.region, old.cluster.account) == ("", "")
    new = decode(record(cluster={"name": "prod-eu", "region": "eu-west-1", "account": "123456789012"}))
    assert new.schema_version == old.schema_version == 1
    assert as_view(new)["cluster"] == {"name": "prod-eu", "region": "eu-west-1", "account": "123456789012"}


def test_unknown_fields_of_a_newer_minor_producer_are_ignored() -> None:
    assert decode(record(weather="fine")) == event()


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", MalformedRecord, "truncated"),
        (b"\xff\xfe", MalformedRecord, "not a kube-events record"),
        (b"[]", MalformedRecord, "Expected `object`"),
        (b"{}", MalformedRecord, "missing required field `record`"),
        (b'{"record":"incident","schemaVersion":1}', MalformedRecord, "'incident'"),
        (b'{"record":"heartbeat","schemaVersion":1}', MalformedRecord, "cluster"),
        (b'{"record":"heartbeat","schemaVersion":7}', UnsupportedSchema, "schema version 7"),
        (b'{"record":"event","schemaVersion":1}', MalformedRecord, "cluster"),
        (b'{"record":"event","schemaVersion":7,"shape":"another"}', UnsupportedSchema, "schema version 7"),
        (b'{"record":"event","schemaVersion":0}', UnsupportedSchema, "schema version 0"),
    ],
)
def test_a_record_that_cannot_be_read_says_why(data: bytes, error: type[WireError], says: str) -> None:
    with pytest.raises(error, match=says):
        decode_record(data)


def test_a_record_of_a_newer_version_in_our_shape_is_refused_too() -> None:
    with pytest.raises(UnsupportedSchema, match=f"schema version {SCHEMA_VERSION + 1}"):
        decode(record(schemaVersion=SCHEMA_VERSION + 1))


def test_an_event_over_the_limit_loses_annotations_first() -> None:
    # GIVEN annotations that are together more than a record holds
    annotations = {f"note-{number}": "x" * 4000 for number in range(100)}
    large = event(metadata=raw_event()["metadata"] | {"annotations": annotations, "labels": {"app": "web"}})
    # WHEN
    sent = decode(encode(large))
    # THEN only they are gone, and the event says so
    assert sent.metadata.annotations == {}
    assert sent.truncated == ("metadata.annotations",)
    assert replace(sent, truncated=(), metadata=large.metadata) == large


def test_a_message_is_cut_only_as_far_as_it_must_be() -> None:
    # GIVEN control characters, each of which JSON writes as six, and labels that are too large as well
    labels = {f"l{number}": "x" * 4000 for number in range(100)}
    large = event(message="\x01" * 32_768, metadata=raw_event()["metadata"] | {"labels": labels})
    large = replace(large, message="\x01" * 60_000)
    data = encode(large)
    # THEN the message fills what room there is
    assert MAX_RECORD_BYTES - 6 <= len(data) <= MAX_RECORD_BYTES
    assert decode(data).truncated == ("message", "metadata.labels")


def test_an_event_that_was_not_normalised_still_fits() -> None:
    odd = replace(event(), node="n" * 300_000, message="m" * 300_000)
    sent = decode(encode(odd))
    assert len(encode(odd)) <= MAX_RECORD_BYTES
    assert {"node", "message"} <= set(sent.truncated)


_TEXT = st.builds(
    lambda text, times: text * times, st.text(max_size=3), st.sampled_from([1, 100, 2_000, 100_000])
)
_TEXTS_BY_NAME = st.dictionaries(_TEXT, _TEXT, max_size=4)
_REFERENCE = {
    "kind": _TEXT,
    "namespace": _TEXT,
    "name": _TEXT,
    "uid": _TEXT,
    "api_version": _TEXT,
    "resource_version": _TEXT,
    "field_path": _TEXT,
}
_OWNERS = st.lists(st.builds(Owner, kind=_TEXT, name=_TEXT, uid=_TEXT, api_version=_TEXT), max_size=40)
_CONTAINERS = st.builds(
    ContainerExit,
    name=_TEXT,
    reason=_TEXT,
    exit_code=st.integers(-(2**31), 2**31),
    container_id=_TEXT,
    memory_limit=_TEXT,
    restart_count=st.integers(0, 2**31),
)
_EVENTS = st.builds(
    replace,
    st.just(event()),
    message=_TEXT,
    node=_TEXT,
    reason=_TEXT,
    not_enriched=_TEXT,
    container=_CONTAINERS,
    involved_object=st.builds(
        InvolvedObject,
        **_REFERENCE,
        labels=_TEXTS_BY_NAME,
        annotations=_TEXTS_BY_NAME,
        owners=_OWNERS.map(tuple),
    ),
    related=st.builds(ObjectReference, **_REFERENCE),
)


@settings(deadline=None)
@given(_EVENTS)
def test_no_record_is_over_its_limit_whatever_was_added_to_the_event(large: Event) -> None:
    data = encode(large)
    assert len(data) <= MAX_RECORD_BYTES
    sent = decode(data)
    assert sent == large or sent.truncated
    assert sent.metadata.uid == large.metadata.uid


def test_labels_and_annotations_of_the_object_go_with_those_of_the_event() -> None:
    # GIVEN an enriched event whose object's annotations are more than a record holds
    large = replace(
        event(metadata=raw_event()["metadata"] | {"annotations": {"note": "x"}, "labels": {"a": "b"}}),
        involved_object=InvolvedObject(
            labels={"app": "web"}, annotations={f"note-{number}": "x" * 4000 for number in range(100)}
        ),
        truncated=("involvedObject.annotations.note-7",),
    )
    # WHEN
    sent = decode(encode(large))
    # THEN annotations are gone, of both; the labels stayed
    assert sent.truncated == ("involvedObject.annotations", "metadata.annotations")
    assert (sent.metadata.labels, sent.involved_object.labels) == ({"a": "b"}, {"app": "web"})


def test_owners_stay_while_the_message_can_give_way() -> None:
    owners = (Owner(kind="Job", name="nightly", uid="5a7c"), Owner(kind="CronJob", name="nightly"))
    large = replace(event(), involved_object=InvolvedObject(owners=owners), message="m" * 300_000)
    sent = decode(encode(large))
    assert sent.involved_object.owners == owners
    assert sent.truncated == ("message",)
