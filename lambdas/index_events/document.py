"""The document of an observation: the record as it travels, plus what searching needs."""

from __future__ import annotations

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
    """The wire record with `@timestamp`, when it was last seen, and `labelPairs`, its labels as `key=value`.

    Labels have keys that anybody chooses, so they are no fields: each would be one more in the mapping.
    """
    source = as_view(event)
    source["@timestamp"] = source["lastSeen"]
    if event.metadata.labels:
        source["labelPairs"] = [f"{key}={value}" for key, value in event.metadata.labels.items()]
    return Document(observation_id(event), index_name(event, period), msgspec.json.encode(source))
