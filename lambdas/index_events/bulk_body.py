"""Bodies for `_bulk`: one `create` per document, each body below the limits of a request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from eventcore.batching import batches
from lambdas.index_events.document import Document

MAX_BODY_BYTES = 5 * 1024 * 1024
"""Half of what the smallest instances of Amazon OpenSearch Service take (10 MiB, "Request size exceeded")."""

MAX_DOCUMENTS = 1000
"""A batch of the stream. More per request gains nothing and makes what is tried again larger."""


def bulk_body(documents: Sequence[Document]) -> bytes:
    """NDJSON: an action line and a source line per document."""
    return b"".join(line for document in documents for line in _lines(document))


def split_into_requests(documents: Sequence[Document], positions: Sequence[int]) -> Iterator[list[int]]:
    """The positions in their order, in groups that fit one request each.

    A document is at most 240 KiB when it comes from the stream, so one alone always fits.
    """
    return batches(
        positions,
        size=lambda position: sum(map(len, _lines(documents[position]))),
        max_items=MAX_DOCUMENTS,
        max_bytes=MAX_BODY_BYTES,
    )


def _lines(document: Document) -> tuple[bytes, bytes, bytes, bytes]:
    action = msgspec.json.encode({"create": {"_index": document.index, "_id": document.id}})
    return action, b"\n", document.source, b"\n"
