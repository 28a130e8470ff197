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
        return known_time(msgspec.convert(value, datetime))
    except (msgspec.ValidationError, ValueError):
        return None


def known_time(time: datetime | None) -> datetime | None:
    """The same moment in UTC, or None where there is none: out of range, Go's zero time."""
    if time is None or (time.tzinfo is UTC and time.year != _GO_ZERO_YEAR):
        return time  # as Kubernetes writes nearly all of them
    try:
        moment = in_utc(time)
    except OverflowError:
        return None
    return None if moment.year == _GO_ZERO_YEAR else moment


def in_utc(time: datetime) -> datetime:
    """The same moment in UTC; a time without an offset is taken as UTC.

    Raises:
        OverflowError: the moment lies outside of the years 1 to 9999 in UTC.
    """
    zone = time.tzinfo
    if zone is UTC:
        return time
    if zone is None:
        return time.replace(tzinfo=UTC)
    return time.astimezone(UTC)
