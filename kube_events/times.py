"""Times as people type them: a duration back from now, a date, or RFC 3339."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from eventcore.rules.durations import parse_duration

ALLOWED = (
    "a duration such as 90m, 2h or 7d, a date such as 2026-11-21, or a time such as 2026-11-21T02:00:00Z"
)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.]\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?")


class TimeError(ValueError):
    """No time in any of the forms."""


def beginning(text: str, *, now: datetime, zone: tzinfo | None) -> datetime:
    """The moment, in UTC, from which on: of a date its first.

    Times without an offset are of `zone`; None is this machine's, whose offset may have been another then.

    Raises:
        TimeError: the text is none of what is allowed, or outside of the calendar.
    """
    return _moment(text, now, zone, days=0)


def end(text: str, *, now: datetime, zone: tzinfo | None) -> datetime:
    """The moment, in UTC, before which: of a date the first of the day after, so that the whole day is in it.

    Raises:
        TimeError: the text is none of what is allowed, or outside of the calendar.
    """
    return _moment(text, now, zone, days=1)


def _moment(text: str, now: datetime, zone: tzinfo | None, *, days: int) -> datetime:
    try:
        if (seconds := parse_duration(text)) is not None:
            return now - timedelta(seconds=seconds)
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text) + timedelta(days=days)
            return _in_zone(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001
        if _TIME.fullmatch(text):
            time = datetime.fromisoformat(text.upper().replace(" ", "T"))
            return time.astimezone(UTC) if time.tzinfo else _in_zone(time, zone)
    except (ValueError, OverflowError):
        pass
    raise TimeError(f"{text!r}: expected {ALLOWED}")


def _in_zone(time: datetime, zone: tzinfo | None) -> datetime:
    return (time.replace(tzinfo=zone) if zone else time).astimezone(UTC)
