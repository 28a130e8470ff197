"""From when until when something is silenced, as people say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from eventcore.rules.durations import ALLOWED as ALLOWED_DURATIONS
from eventcore.rules.durations import parse_duration
from kube_events.errors import UsageError
from kube_events.times import TimeError, beginning, end

ALLOWED_TIMES = (
    "a date such as 2026-11-21 or a time such as 2026-11-21T02:00:00Z; UTC unless it says otherwise"
)

LONGEST = timedelta(days=366)
"""Longer is no silence but a rule: it belongs where it is reviewed."""


class Span(NamedTuple):
    """From `start` on, and before `end`."""

    start: datetime
    end: datetime


def span_of(start: str | None, end_: str | None, duration: str | None, *, now: datetime) -> Span:
    """The span; without a start it begins now.

    Raises:
        UsageError: a text is no time or no duration, or it ends before it begins, or before now.
    """
    begins = _time("--start", start, begins=True) if start else now
    ends = begins + _duration(duration) if duration else _time("--end", end_ or "", begins=False)
    if ends <= begins:
        raise UsageError([f"it ends {ends:{_FORM}}, before it begins ({begins:{_FORM}})"])
    if ends <= now:
        raise UsageError([f"it ends {ends:{_FORM}}, and now it is {now:{_FORM}}"])
    if ends - begins > LONGEST:
        raise UsageError(
            [f"expected at most {LONGEST.days} days: what is never told is a matter of the rules"]
        )
    return Span(begins, ends)


_FORM = "%Y-%m-%dT%H:%M:%SZ"


def _duration(text: str) -> timedelta:
    seconds = parse_duration(text)
    if not seconds:
        raise UsageError([f"--for {text!r}: expected {ALLOWED_DURATIONS}, longer than nothing"])
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        return timedelta(days=999_999)  # and so over LONGEST


def _time(option: str, text: str, *, begins: bool) -> datetime:
    try:
        if parse_duration(text) is not None:
            raise TimeError  # it would be one back from now
        now = datetime.now(UTC)  # which only durations need
        return beginning(text, now=now, zone=UTC) if begins else end(text, now=now, zone=UTC)
    except TimeError:
        raise UsageError([f"{option} {text!r}: expected {ALLOWED_TIMES}"]) from None
