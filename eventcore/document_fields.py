"""The fields of a document in the index.

The one list: template, document builder, dashboards, `kube-events search` and docs are tested against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

FieldType = Literal["keyword", "text", "date", "long", "boolean", "kept"]
"""OpenSearch's own types; `kept` is in the document as it came, and is neither searched nor counted by."""


class Field(NamedTuple):
    """One field, by the name that a query gives it."""

    name: str
    """The path, such as `involvedObject.name` or `message.keyword`."""
    type: FieldType
    meaning: str


def _reference(path: str, what: str) -> Iterator[Field]:
    yield Field(f"{path}.kind", "keyword", f"kind of {what}, such as Pod")
    yield Field(f"{path}.namespace", "keyword", f"namespace of {what}; absent if it has none, as Nodes have")
    yield Field(f"{path}.name", "keyword", f"name of {what}")
    yield Field(f"{path}.uid", "keyword", f"uid of {what}")
    yield Field(f"{path}.apiVersion", "keyword", f"API version of {what}")
    yield Field(f"{path}.resourceVersion", "keyword", f"state of {what}, where the reporter named it")
    yield Field(f"{path}.fieldPath", "keyword", f"part of {what}, such as spec.containers{{app}}")


FIELDS: tuple[Field, ...] = (
    Field("@timestamp", "date", "when it was last seen, the same as lastSeen"),
    Field("cluster.name", "keyword", "the cluster, as its exporter calls it"),
    Field(
        "cluster.region", "keyword", "where the cluster runs, if its exporter says so, such as eu-central-1"
    ),
    Field("cluster.account", "keyword", "the cloud account of the cluster, if its exporter says so"),
    Field("severity", "keyword", "critical, high, medium or low, by the rules, else by the built-in table"),
    Field("reason", "keyword", "why, in one word of the reporter's, such as BackOff"),
    Field("type", "keyword", "Normal or Warning"),
    Field("action", "keyword", "what the reporter did or tried, in the words of events.k8s.io/v1"),
    Field("message", "text", "the message, by its words"),
    Field("message.keyword", "keyword", "the message as a whole, if it has up to 1,024 characters"),
    Field("count", "long", "how often it happened, up to this state"),
    Field("firstSeen", "date", "when it was first seen, every fallback applied"),
    Field("lastSeen", "date", "when it was last seen, every fallback applied"),
    *_reference("involvedObject", "the object that it is about"),
    Field("involvedObject.labels", "kept", "labels of that object, if the exporter enriches events"),
    Field("involvedObject.annotations", "kept", "annotations of that object, likewise"),
    Field("objectLabelPairs", "keyword", "labels of that object again, as key=value"),
    Field("involvedObject.owners.kind", "keyword", "kinds of the controllers above that object"),
    Field("involvedObject.owners.name", "keyword", "names of the controllers above that object"),
    Field("involvedObject.owners.uid", "keyword", "uids of the controllers above that object"),
    Field("involvedObject.owners.apiVersion", "keyword", "API versions of the controllers above that object"),
    *_reference("related", "a second object"),
    Field("node", "keyword", "the node it happened on, as far as it is known"),
    Field("source.component", "keyword", "who reported it, such as kubelet"),
    Field("source.host", "keyword", "from where it was reported"),
    Field("reportingComponent", "keyword", "who reported it, in the words of events.k8s.io/v1"),
    Field("reportingInstance", "keyword", "which instance of that component reported it"),
    Field("metadata.uid", "keyword", "uid of the Event object: the same in every state of one event"),
    Field("metadata.resourceVersion", "keyword", "which state of the Event object this is"),
    Field("metadata.name", "keyword", "name of the Event object"),
    Field("metadata.namespace", "keyword", "namespace of the Event object"),
    Field("metadata.creationTimestamp", "date", "when the Event object was made"),
    Field("metadata.labels", "kept", "labels of the Event object"),
    Field("metadata.annotations", "kept", "annotations of the Event object"),
    Field("labelPairs", "keyword", "labels of the Event object again, as key=value"),
    Field("receivedAt", "date", "when the exporter read it"),
    Field("writtenAt", "date", "the API server's time of its last write to the Event object"),
    Field("synthetic", "boolean", "true: made by the exporter from a Pod's status"),
    Field("container.name", "keyword", "of a synthetic event: the container that ended"),
    Field("container.reason", "keyword", "why that container ended, such as OOMKilled"),
    Field("container.exitCode", "long", "the exit code of that container"),
    Field("container.signal", "long", "the signal that killed that container"),
    Field("container.restartCount", "long", "how often that container had been restarted"),
    Field("container.restarts", "long", "restarts since the end that was told before this one"),
    Field("container.containerID", "keyword", "the runtime's name of that container"),
    Field("container.startedAt", "date", "when that container started"),
    Field("container.finishedAt", "date", "when that container ended"),
    Field("container.memoryLimit", "keyword", "memory limit of that container, as its Pod writes it"),
    Field("container.init", "boolean", "true: an init container"),
    Field(
        "notEnriched", "keyword", "why labels and owners are missing although the exporter enriches events"
    ),
    Field("truncated", "keyword", "paths of the fields that were cut"),
    Field("record", "keyword", "of the wire record, always event"),
    Field("schemaVersion", "long", "of the wire record"),
)
"""Every field, the most asked for first."""

BY_NAME: Mapping[str, Field] = MappingProxyType({field.name: field for field in FIELDS})
