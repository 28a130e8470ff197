"""The document of an observation, and the template that says how it is searched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from eventcore.document_fields import BY_NAME, FIELDS
from eventcore.event import (
    SCHEMA_VERSION,
    Cluster,
    ContainerExit,
    Event,
    InvolvedObject,
    Metadata,
    ObjectReference,
    Owner,
    Source,
)
from eventcore.wire import decode
from lambdas.index_events.document import build_document
from lambdas.setup_index.definitions import index_template
from tests.fixtures.events import event
from tests.fixtures.recorded import recorded_events

TIME = datetime(2026, 11, 21, 2, 10, 0, tzinfo=UTC)


def complete_event() -> Event:
    """An event with every field there is."""
    reference = {
        "kind": "Pod",
        "namespace": "shop",
        "name": "web-1",
        "uid": "41ebaa08",
        "api_version": "v1",
        "resource_version": "247",
        "field_path": "spec.containers{app}",
    }
    return Event(
        schema_version=SCHEMA_VERSION,
        cluster=Cluster(name="prod-eu", region="eu-central-1", account="123456789012"),
        metadata=Metadata(
            uid="ad28f7e6",
            resource_version="250",
            creation_timestamp=TIME,
            name="web-1.18e9",
            namespace="shop",
            labels={"app": "web"},
            annotations={"note": "x"},
        ),
        involved_object=InvolvedObject(
            **reference,
            labels={"app": "web", "tier": "front"},
            annotations={"team": "shop"},
            owners=(
                Owner(kind="ReplicaSet", name="web-69", uid="5a7c", api_version="apps/v1"),
                Owner(kind="Deployment", name="web", uid="9e21", api_version="apps/v1"),
            ),
        ),
        related=ObjectReference(**reference),
        first_seen=TIME,
        last_seen=TIME,
        received_at=TIME,
        written_at=TIME,
        count=7,
        severity="medium",
        reason="BackOff",
        type="Warning",
        action="Pulling",
        message="Back-off restarting failed container",
        source=Source(component="kubelet", host="node-1"),
        reporting_component="kubelet",
        reporting_instance="node-1",
        node="node-1",
        synthetic=True,
        container=ContainerExit(
            name="app",
            exit_code=137,
            reason="OOMKilled",
            signal=9,
            container_id="containerd://f297",
            started_at=TIME,
            finished_at=TIME,
            memory_limit="64Mi",
            init=True,
            restart_count=3,
            restarts=1,
        ),
        not_enriched="timeout",
        truncated=("message",),
    )


def paths(value: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """The fields of a document; labels and annotations are one each, whatever their keys."""
    for name, inner in value.items():
        if name == "owners":
            yield from (path for owner in inner for path in paths(owner, f"{prefix}{name}."))
        elif isinstance(inner, dict) and name not in ("labels", "annotations"):
            yield from paths(inner, f"{prefix}{name}.")
        else:
            yield prefix + name


def mapped(properties: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each field of a mapping with its type; `kept` where the document has it and no index."""
    for name, mapping in properties.items():
        if "properties" in mapping:
            yield from mapped(mapping["properties"], f"{prefix}{name}.")
            continue
        yield prefix + name, "kept" if mapping.get("enabled") is False else mapping["type"]
        yield from mapped(mapping.get("fields", {}), f"{prefix}{name}.")


def mappings() -> dict[str, Any]:
    properties: dict[str, Any] = index_template()["template"]["mappings"]["properties"]
    return properties


def test_every_field_of_the_event_is_set_in_the_complete_one() -> None:
    # GIVEN the complete event of this test
    event = complete_event()
    assert event.related is not None
    assert event.container is not None
    structs = (
        event,
        event.cluster,
        event.metadata,
        event.involved_object,
        event.related,
        event.container,
        event.source,
    )
    for struct in (*structs, *event.involved_object.owners):
        # THEN no field that may be empty is
        assert all(getattr(struct, field.name) for field in msgspec.structs.fields(struct))


def test_the_template_maps_the_listed_fields_and_no_other() -> None:
    assert dict(mapped(mappings())) == {field.name: field.type for field in FIELDS}


def test_a_document_has_the_listed_fields_and_no_other() -> None:
    document = msgspec.json.decode(build_document(complete_event()).source)
    in_documents = {field.name for field in FIELDS} - {"message.keyword"}
    assert set(paths(document)) == in_documents


def test_the_documents_of_the_recording_have_no_field_that_is_not_listed() -> None:
    for recorded in recorded_events():
        document = msgspec.json.decode(build_document(recorded).source)
        assert set(paths(document)) <= BY_NAME.keys()


def test_every_keyword_has_a_limit() -> None:
    # OpenSearch refuses a document with a keyword over 32,766 bytes unless it is told to ignore it.
    def keywords(properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for mapping in properties.values():
            if mapping.get("type") == "keyword":
                yield mapping
            yield from keywords(mapping.get("properties", {}))
            yield from keywords(mapping.get("fields", {}))

    assert all(0 < mapping["ignore_above"] <= 8191 for mapping in keywords(mappings()))


def test_an_index_is_one_shard_with_a_copy_where_there_is_a_second_node_compressed_well() -> None:
    # What docs/index.md and bench/README.md give the reasons for
    assert index_template()["template"]["settings"]["index"] == {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        "codec": "best_compression",
        "refresh_interval": "5s",
    }


def test_the_document_is_the_record_and_can_be_put_back_on_the_stream() -> None:
    assert decode(build_document(complete_event()).source) == complete_event()


def test_labels_are_searched_as_pairs() -> None:
    document = msgspec.json.decode(build_document(complete_event()).source)
    assert document["labelPairs"] == ["app=web"]
    assert document["metadata"]["labels"] == {"app": "web"}
    assert document["objectLabelPairs"] == ["app=web", "tier=front"]
    assert document["involvedObject"]["labels"] == {"app": "web", "tier": "front"}


def test_a_document_is_named_and_filed_by_its_observation() -> None:
    document = build_document(event(), "week")
    assert document.id == "prod-eu:ad28f7e6-daf7-4896-9ecd-e0c310fb7e6f:250"
    assert document.index == "kube-events-2026.w47"
    assert msgspec.json.decode(document.source)["@timestamp"] == "2026-11-21T02:10:00Z"


def test_the_same_observation_gives_the_same_document_whenever_it_arrives() -> None:
    earlier, later = (
        build_document(event(received_at=datetime(2026, 11, day, 3, tzinfo=UTC))) for day in (21, 25)
    )
    assert (earlier.id, earlier.index) == (later.id, later.index)


@pytest.mark.parametrize("message", ["nul \x00 and \u2028", "\ufffe\uffff", "emoji 🔥", ""])
def test_any_text_survives(message: str) -> None:
    document = msgspec.json.decode(build_document(event(message=message)).source)
    assert document.get("message", "") == event(message=message).message
