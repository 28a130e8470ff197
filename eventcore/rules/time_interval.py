"""Alertmanager's time intervals: hours of days of months, in a time zone."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

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

    def contains(self, now: float) -> bool:
        """Whether that moment, in seconds since the epoch, is inside."""
        local = datetime.fromtimestamp(now, _time_zone(self.location))
        return (
            self._has_minute(local.hour * 60 + local.minute)
            and self._has_day(local)
            and _within(self.months, local.month)
            and _within(self.weekdays, local.isoweekday() % 7)
            and _within(self.years, local.year)
        )

    def _has_minute(self, minute: int) -> bool:
        return not self.times or any(first <= minute < end for first, end in self.times)

    def _has_day(self, local: datetime) -> bool:
        """A range that begins after the month's end is in none of its days; one that ends there, ends with
        it."""
        if not self.days_of_month:
            return True
        last = monthrange(local.year, local.month)[1]
        for first, end in self.days_of_month:
            begins = first if first > 0 else last + first + 1
            ends = end if end > 0 else last + end + 1
            if begins <= local.day <= ends:
                return True
        return False


def _within(ranges: tuple[Range, ...], value: int) -> bool:
    return not ranges or any(first <= value <= last for first, last in ranges)


@lru_cache(maxsize=64)
def _time_zone(location: str) -> tzinfo:
    """UTC needs no data base of time zones, and most rules no other."""
    if location == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # here, because filter_events knows intervals and never asks them

    return ZoneInfo(location)
