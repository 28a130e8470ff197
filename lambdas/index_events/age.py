"""How old an observation may be that is still written: its index may be deleted by now, or read-only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from eventcore.identity import PERIOD_DAYS, IndexPeriod

ALWAYS = datetime.min.replace(tzinfo=UTC)


class Age(Enum):
    """What becomes of an observation because of its age.

    WRITABLE  its index takes documents
    WARM      its index lies in UltraWarm: it is read-only
    TOO_OLD   its index has been deleted, and would be made anew for it
    """

    WRITABLE = "writable"
    WARM = "warm"
    TOO_OLD = "too old"


class AgeLimits(NamedTuple):
    """Where the ages begin, by the time that an observation is filed by."""

    retained_from: datetime
    writable_from: datetime

    def age_of(self, time: datetime) -> Age:
        """The age of what is filed by `time`."""
        if time < self.retained_from:
            return Age.TOO_OLD
        return Age.WARM if time < self.writable_from else Age.WRITABLE


def age_limits(
    now: datetime, period: IndexPeriod, *, retention_days: int = 0, warm_after_days: int = 0
) -> AgeLimits:
    """The limits at `now`, which is in UTC.

    The index policy counts from an index's beginning and gives each one period more, so that its last
    document has its days too. Here it is the same: all of an index is writable, or nothing of it is.

    Args:
        now: the present, in UTC.
        period: of which one index holds the documents.
        retention_days: after which the policy deletes; 0 is never.
        warm_after_days: after which it moves an index to UltraWarm; 0 is never.
    """
    retained = _first_kept(now, period, retention_days)
    return AgeLimits(retained, max(retained, _first_kept(now, period, warm_after_days)))


def _first_kept(now: datetime, period: IndexPeriod, days: int) -> datetime:
    """The beginning of the oldest index that is not yet `days` and a period old."""
    if not days:
        return ALWAYS
    return _end_of_period(now - timedelta(days=days + PERIOD_DAYS[period]), period)


def _end_of_period(time: datetime, period: IndexPeriod) -> datetime:
    day = time.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        return day + timedelta(days=1)
    if period == "week":
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
