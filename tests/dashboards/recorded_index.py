"""An index that holds the recording, and by hand what the recording lacks."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
import yaml
from msgspec.structs import replace

from eventcore.event import Cluster, Event, Owner
from eventcore.normalise import normalise
from exporter.pods.pod import Pod, repaired
from exporter.watch.decoding import Decoding
from lambdas.index_events.document import build_document
from tests.exporter.pods.conftest import Watcher
from tests.fixtures.opensearch_api import OpenSearchApi
from tests.fixtures.recorded import RECORDING, recorded_events

BY_HAND = Path(__file__).with_name("what_the_recording_lacks.yaml")
TEMPLATE = Path(__file__).parents[2] / "opensearch" / "index-template.json"

CLUSTER = Cluster(name="prod-eu", region="eu-central-1", account="123456789012")
FIRST_SEEN = datetime(2026, 11, 21, 1, 20, tzinfo=UTC)

ALIAS = "kubernetes-events"


def fill(api: OpenSearchApi) -> None:
    """Put the template, and a document for each observation."""
    api.call("PUT", "/_index_template/kube-events", msgspec.json.decode(TEMPLATE.read_bytes()))
    documents = [build_document(event) for event in observations()]
    lines = [
        line
        for document in documents
        for line in (
            msgspec.json.encode({"create": {"_index": document.index, "_id": document.id}}),
            document.source,
        )
    ]
    answer = api.call("POST", "/_bulk?refresh=true", b"\n".join(lines) + b"\n")
    refused = [item for item in answer["items"] if item["create"]["status"] != 201]
    assert refused == []


def empty(api: OpenSearchApi) -> None:
    """Take both away again."""
    for index in api.indices():
        api.call("DELETE", f"/{index}")
    api.call("DELETE", "/_index_template/kube-events")


def observations() -> list[Event]:
    """The recorded events, the ends of the recorded Pods, what is made by hand, and some of it enriched."""
    recorded = recorded_events()
    made = [_event(number, written) for number, written in enumerate(yaml.safe_load(BY_HAND.read_text()))]
    return [*recorded, *recorded_events("handmade.jsonl"), *_ends_of_containers(), *made, *_enriched(made)]


def _ends_of_containers() -> list[Event]:
    lines = gzip.decompress((RECORDING / "pods.jsonl.gz").read_bytes())
    watcher = Watcher()
    watcher.list()
    watcher.states.watched(Decoding(Pod, repaired).lines(lines).lines)
    return watcher.events


def _event(number: int, written: dict[str, str]) -> Event:
    """A line of the file as a core/v1 Event."""
    seen = (FIRST_SEEN + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
    kind, namespace, name = written.get("kind", "Pod"), written.get("namespace"), written["name"]
    involved = {"kind": kind, "name": name, "namespace": namespace, "uid": _uid(f"{kind}/{name}")}
    host = {"host": written["host"]} if "host" in written else {}
    raw: dict[str, Any] = {
        "metadata": {
            "name": f"{name}.{number}",
            "namespace": namespace or "default",
            "uid": _uid(f"event/{number}"),
            "resourceVersion": str(5000 + number),
            "creationTimestamp": seen,
            "managedFields": [{"manager": written["by"], "operation": "Update", "time": seen}],
        },
        "involvedObject": {**involved, "fieldPath": written.get("field")},
        **{key: written[key] for key in ("reason", "type", "message")},
        "source": {"component": written["by"], **host},
        **dict.fromkeys(("firstTimestamp", "lastTimestamp"), seen),
        "count": 1,
    }
    return normalise(raw, cluster=CLUSTER, received_at=FIRST_SEEN + timedelta(minutes=5))


def _enriched(events: list[Event]) -> list[Event]:
    """Later states of two Pods' events: one with labels and owner, one with the reason why there are none."""
    one, other = [event for event in events if event.involved_object.kind == "Pod"][:2]
    owner = Owner(kind="Job", name="report", uid=_uid("Job/report"), api_version="batch/v1")
    known = replace(one.involved_object, labels={"app": "report"}, owners=(owner,))
    return [
        replace(_next(one), involved_object=known),
        replace(_next(other), not_enriched="not found: the Pod was deleted"),
    ]


def _next(event: Event) -> Event:
    metadata = replace(event.metadata, resource_version=f"9{event.metadata.resource_version}")
    return replace(event, metadata=metadata, count=event.count + 1)


def _uid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"kube-events/dashboards/{name}"))
