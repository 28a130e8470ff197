"""Bodies for `_bulk`: one `create` per document, each body below the limits of a request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from eventcore.batching import batches
from lambdas.index_events.document import Document

MAX_BODY_BYTES = 5 * 1024 * 1024
"""Half of what the smallest instances of Amazon OpenSearch Service take (10 MiB, "Request size exceeded")."""

MAX_DOCUMENTS = 1000
"""A batch of the stream. More per request gains nothing and makes what is tried again larger."""


def bulk_body(documents: Iterable[Document]) -> bytes:
    """NDJSON: an action line and a source line per document."""
    return b"".join([document.lines for document in documents])


def split_into_requests(documents: Sequence[Document], positions: Sequence[int]) -> Iterator[list[int]]:
    """The positions in their order, in groups that fit one request each; what is over the limit goes alone.

    A record of a stream has at most 1 MiB unless somebody has raised that limit, so it does not come to that.
    """
    return batches(
        positions,
        size=lambda position: len(documents[position].lines),
        max_items=MAX_DOCUMENTS,
        max_bytes=MAX_BODY_BYTES,
    )
