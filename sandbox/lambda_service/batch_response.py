"""What a function says about its batch when the mapping has ReportBatchItemFailures."""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet


def failed_items(payload: bytes, batch: AbstractSet[str]) -> AbstractSet[str]:
    """Identifiers of the records that failed.

    Lambda takes an empty list, null or no answer for success, and everything that it cannot read, or that
    names a record which is not in the batch, for a failure of the whole batch.
    """
    try:
        answer = json.loads(payload or b"null")
    except ValueError:
        return batch
    if answer is None:
        return frozenset()
    if not isinstance(answer, dict):
        return batch
    failures = answer.get("batchItemFailures")
    if failures is None:
        return frozenset()
    if not isinstance(failures, list):
        return batch
    named = [item.get("itemIdentifier") if isinstance(item, dict) else None for item in failures]
    failed = [name for name in named if isinstance(name, str) and name in batch]
    return frozenset(failed) if len(failed) == len(failures) else batch
