"""Batches: as many records as one call may hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """What a service takes in one call."""

    records: int
    bytes: int


def batch_length(sizes: Iterable[int], limits: Limits) -> int:
    """How many of the first records make up one batch within `limits`.

    At least one, if there is any: a record that is over the limit by itself goes alone, and the service's
    refusal of it concerns no other.

    Args:
        sizes: bytes of each record as the service counts them.
        limits: of one call.
    """
    count = total = 0
    for size in sizes:
        total += size
        if count and (count == limits.records or total > limits.bytes):
            break
        count += 1
    return count
