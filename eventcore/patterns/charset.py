"""Sets of characters as sorted ranges of code points: enough to ask whether two of them overlap."""

from __future__ import annotations

from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]
"""Sorted, inclusive, not touching."""

_LAST = 0x10FFFF

NOTHING: Ranges = ()
ANYTHING: Ranges = ((0, _LAST),)

DIGITS: Ranges = ((ord("0"), ord("9")),)
SPACES: Ranges = ((ord("\t"), ord("\r")), (ord(" "), ord(" ")))
WORD: Ranges = (*DIGITS, (ord("A"), ord("Z")), (ord("_"), ord("_")), (ord("a"), ord("z")))
"""What \\d, \\s and \\w stand for with re.ASCII."""

_UPPER_TO_LOWER = ord("a") - ord("A")


def union(*sets: Ranges) -> Ranges:
    """The characters that are in any of the sets."""
    return _merged(one for ranges in sets for one in ranges)


def complement(ranges: Ranges) -> Ranges:
    """The characters that are not in the set."""
    found: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    if start <= _LAST:
        found.append((start, _LAST))
    return tuple(found)


def overlap(left: Ranges, right: Ranges) -> bool:
    """Whether any character is in both sets."""
    return any(
        low <= other_high and other_low <= high for low, high in left for other_low, other_high in right
    )


def ignoring_case(ranges: Ranges) -> Ranges:
    """The set with the other case of its ASCII letters; re.ASCII folds no others."""
    folded = list(ranges)
    for low, high in ranges:
        for first, last, shift in (
            (ord("A"), ord("Z"), _UPPER_TO_LOWER),
            (ord("a"), ord("z"), -_UPPER_TO_LOWER),
        ):
            start, end = max(low, first), min(high, last)
            if start <= end:
                folded.append((start + shift, end + shift))
    return _merged(folded)


def _merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)
