"""Lists in pages: one snapshot, one version, key order, an opaque token for the rest."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left
from typing import NamedTuple, Self

from sandbox.cluster.answers import Answer
from sandbox.cluster.recording import Recording

AS_IT_IS_NOW = -1
"""In the place of a version, in the token that comes with the 410 for one that is too old."""


class ContinueToken(NamedTuple):
    """Where a list goes on: the version of its snapshot and the first key of the next page."""

    version: int
    start: str

    def encode(self) -> str:
        """The token as the API server writes it: unpadded base64 of a small JSON object."""
        fields = {"v": "meta.k8s.io/v1", "rv": self.version, "start": self.start}
        return urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, token: str) -> Self | None:
        """Read a token back; None if it is none of ours."""
        try:
            fields = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            return cls(int(fields["rv"]), str(fields["start"]))
        except (binascii.Error, ValueError, KeyError, TypeError):
            return None


def list_page(kind: str, recording: Recording, token: ContinueToken, limit: int) -> Answer:
    """The page that begins at `token`, with at most `limit` items; 0 is all of them."""
    objects = recording.objects_at(recording.position_after(token.version))
    begin = bisect_left(objects, (token.start, b""))
    end = begin + limit if limit else len(objects)
    metadata: dict[str, str | int] = {"resourceVersion": str(token.version)}
    if end < len(objects):
        metadata["continue"] = ContinueToken(token.version, objects[end][0]).encode()
        metadata["remainingItemCount"] = len(objects) - end
    items = b",".join(item for _, item in objects[begin:end])
    head = f'{{"kind":"{kind}List","apiVersion":"v1","metadata":{json.dumps(metadata)},"items":['
    return Answer(200, head.encode() + items + b"]}")
