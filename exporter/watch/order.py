"""Which of two resourceVersions is older. Versions of one server are numbers that rise."""

from __future__ import annotations

DIGITS = 20
"""At most: the API server's are uint64. Whoever may write the Lease may write a million of them into it, and
Python makes no number of more than 4,300."""


def number(version: str) -> int | None:
    """None for what is no version of an API server, of which nothing can be claimed."""
    if len(version) <= DIGITS and version.isascii() and version.isdecimal():
        return int(version)
    return None


def is_older(version: str, *, than: str) -> bool:
    """Whether it is known to be older."""
    one, other = number(version), number(than)
    return one is not None and other is not None and one < other


def is_newer(version: str, *, than: str) -> bool:
    """Whether it has to count as newer: so does what cannot be compared."""
    one, other = number(version), number(than)
    return one is None or other is None or one > other
