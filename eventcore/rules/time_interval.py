"""Alertmanager's time intervals: hours of days of months, in a time zone."""

from __future__ import annotations

from msgspec import Struct

Range = tuple[int, int]
"""First and last, both included."""


class TimeInterval(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One element of an interval's `time_intervals`: a moment is inside if it is inside of every part that is
    given. Semantics: Alertmanager's documentation of `time_interval`."""

    times: tuple[Range, ...] = ()
    """Minutes of the day; the second is excluded, 1440 is the day's end."""
    weekdays: tuple[Range, ...] = ()
    """Sunday is 0, as in Alertmanager."""
    days_of_month: tuple[Range, ...] = ()
    """1 to 31, negative ones from the month's end."""
    months: tuple[Range, ...] = ()
    years: tuple[Range, ...] = ()
    location: str = "UTC"
    """IANA time zone."""
