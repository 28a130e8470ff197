"""The document of an observation: the record as it travels, plus what searching needs."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from eventcore.event import Event
from eventcore.identity import IndexPeriod, index_name, observation_id
from eventcore.wire import as_view


class Document(Struct, frozen=True):
    """One document and where it belongs. The same observation always gives the same three."""

    id: str
    index: str
    source: bytes
    """JSON. A superset of the wire record, so a document can be put back on the stream."""


def build_document(event: Event, period: IndexPeriod = "day") -> Document:
    """The wire record with `@timestamp`, when it was last seen, and its labels as `key=value`.

    `labelPairs` are those of the Event object, `objectLabelPairs` those of the object that it is about. A
    label's key is anybody's choice, so it is no field: each would be one more in the mapping.
    """
    source = as_view(event)
    source["@timestamp"] = source["lastSeen"]
    if event.metadata.labels:
        source["labelPairs"] = _pairs(event.metadata.labels)
    if event.involved_object.labels:
        source["objectLabelPairs"] = _pairs(event.involved_object.labels)
    return Document(observation_id(event), index_name(event, period), msgspec.json.encode(source))


def _pairs(labels: Mapping[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in labels.items()]
