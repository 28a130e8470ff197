"""Items in their order, in as few calls as a service's limits allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def batches(
    items: Iterable[T], *, size: Callable[[T], int], max_items: int, max_bytes: int
) -> Iterator[list[T]]:
    """The items in groups that each fit one call; none is empty, none is lost, the order stays.

    An item that is over the limit by itself goes alone: the refusal of it then concerns no other.

    Args:
        items: what to send.
        size: bytes of an item, as the service counts them.
        max_items: of one call.
        max_bytes: of one call.
    """
    group: list[T] = []
    total = 0
    for item in items:
        length = size(item)
        if group and (len(group) == max_items or total + length > max_bytes):
            yield group
            group, total = [], 0
        group.append(item)
        total += length
    if group:
        yield group
