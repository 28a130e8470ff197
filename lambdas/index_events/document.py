"""The document of an observation: the record as it travels, plus what searching needs."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from eventcore.event import Event
from eventcore.identity import INDEX_NAME, IndexPeriod, index_name, observation_id

_encode = msgspec.json.Encoder().encode


class Document(Struct, frozen=True):
    """One document and where it belongs. The same observation always gives the same."""

    id: str
    index: str
    lines: bytes
    """What a bulk says of it: the action and the source, a line each. Made once, sent as often as needed."""

    @classmethod
    def holding(cls, source: bytes, *, named: str, index: str) -> Document:
        """A document of this JSON, which has no line break: to be created, unless it is there."""
        # No character of an index's name is one that JSON escapes.
        action = b'{"create":{"_index":"%b","_id":%b}}' % (index.encode(), _encode(named))
        return cls(named, index, b"%b\n%b\n" % (action, source))

    @property
    def source(self) -> bytes:
        """JSON. A superset of the wire record, so a document can be put back on the stream."""
        return self.lines[self.lines.index(b"\n") + 1 : -1]


def build_document(event: Event, period: IndexPeriod = "day", name: str = INDEX_NAME) -> Document:
    """The wire record with `@timestamp`, when it was last seen, and its labels as `key=value`.

    `labelPairs` are those of the Event object, `objectLabelPairs` those of the object that it is about. A
    label's key is anybody's choice, so it is no field: each would be one more in the mapping.

    The record is written anew from what was read of it: 0.9 µs, for which no line break, no field twice and
    nothing unknown of a record gets into a bulk (docs/decisions/0008-urllib3-instead-of-opensearch-py.md).
    What is added goes behind it as text.
    """
    added = [b',"@timestamp":', _encode(event.last_seen)]
    if event.metadata.labels:
        added += b',"labelPairs":', _pairs(event.metadata.labels)
    if event.involved_object.labels:
        added += b',"objectLabelPairs":', _pairs(event.involved_object.labels)
    source = b"".join((_encode(event)[:-1], *added, b"}"))
    return Document.holding(source, named=observation_id(event), index=index_name(event, period, name))


def _pairs(labels: Mapping[str, str]) -> bytes:
    return _encode([f"{key}={value}" for key, value in labels.items()])
