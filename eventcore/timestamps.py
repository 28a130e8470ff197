"""Times as Kubernetes writes them (RFC 3339, seconds or microseconds), read without ever failing."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

_GO_ZERO_YEAR = 1
"""Go's zero time is 0001-01-01T00:00:00Z. Some writers send it where they mean none."""


def parse_time(value: object) -> datetime | None:
    """The time in UTC, or None where there is none: null, not a time, out of range, Go's zero time."""
    if not isinstance(value, str):
        return None
    try:
        time = in_utc(msgspec.convert(value, datetime))
    except (msgspec.ValidationError, OverflowError, ValueError):
        return None
    return None if time.year == _GO_ZERO_YEAR else time


def in_utc(time: datetime) -> datetime:
    """The same moment in UTC; a time without an offset is taken as UTC.

    Raises:
        OverflowError: the moment lies outside of the years 1 to 9999 in UTC.
    """
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    return time.astimezone(UTC)
