"""What an event has at a place. Arrays count for what they hold, as in EventBridge."""

from __future__ import annotations

from typing import Any

ABSENT: Any = object()
"""Stands for a field that is not there: null is a value."""

Trail = tuple[str, ...]
"""The names that lead to a field."""


def leaves(found: Any) -> list[Any]:
    """The values at a place: of an array its elements; none of an object, which is no leaf."""
    if isinstance(found, list):
        return [leaf for one in found for leaf in leaves(one)]
    return [] if found is ABSENT or isinstance(found, dict) else [found]


def objects(found: list[Any]) -> list[dict[str, Any]]:
    """The objects in an array, also those in arrays in it."""
    flat: list[dict[str, Any]] = []
    for one in found:
        if isinstance(one, dict):
            flat.append(one)
        elif isinstance(one, list):
            flat.extend(objects(one))
    return flat


def is_absent(event: Any, trail: Trail) -> bool:
    """Whether no element of any array on the way has a value there: the event lacks it, not an element."""
    if not trail:
        return not leaves(event)
    holders = objects([event])
    return all(is_absent(holder.get(trail[0], ABSENT), trail[1:]) for holder in holders)
