"""What OpenSearch's answer means for a document: the one place that knows. Seen on 2.11, 2.19 and 3.4."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Verdict(Enum):
    """What became of a document.

    WRITTEN        it is in the index now
    ALREADY_THERE  it was before: a retry or a replay, and what it should be
    LATER          not now: throttled, overloaded or unreachable
    BLOCKED        not until there is room, or somebody lifts a block
    FORBIDDEN      not us, or not there: our role, the endpoint, the index or the cluster's settings are wrong
    REFUSED        never: the document itself cannot be stored, or its index is read-only for good
    TOO_OLD        never: what is so old has been deleted
    """

    WRITTEN = "written"
    ALREADY_THERE = "already there"
    LATER = "later"
    BLOCKED = "blocked"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    TOO_OLD = "too old"


class Finding(NamedTuple):
    """A verdict and, where there is one, the server's reason."""

    verdict: Verdict
    reason: str = ""


def verdict_of(status: int, error_type: str, reason: str) -> Verdict:
    """The verdict on an item of a bulk answer, or on a whole request that was answered with this status."""
    if status in (200, 201):
        return Verdict.WRITTEN
    if status == 409:
        return Verdict.ALREADY_THERE
    if error_type == "cluster_block_exception" and status < 500:
        # A flood-stage disk answers 429, a write block 403. With 503 the cluster is only starting.
        return Verdict.BLOCKED
    if error_type == "validation_exception":
        # The index cannot be made, and the document is as good as any: the cluster has all the shards it may
        # have, or its settings and the template's do not go together.
        return Verdict.BLOCKED if "maximum" in reason and "shards" in reason else Verdict.FORBIDDEN
    if status == 429 or status >= 500 or error_type == "resource_already_exists_exception":
        # The last: two requests made the index of the day at the same time.
        return Verdict.LATER
    if error_type == "index_closed_exception":
        # A 400, but of the index's state: somebody has closed it, and the document is as good as any.
        return Verdict.FORBIDDEN
    if status in (401, 403, 404):
        # 404: the index may not be created, or the endpoint is somebody else's.
        return Verdict.FORBIDDEN
    return Verdict.REFUSED
