"""Silences for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from eventcore.silences import Silence
from kube_events.aligned import aligned, duration

TITLES = ("ID", "WHEN", "MATCHERS", "BY", "COMMENT")

TIME = "%Y-%m-%dT%H:%M:%SZ"


def rows(silences: Sequence[Silence], *, now: datetime) -> Iterator[str]:
    """A line for each."""
    return aligned(
        TITLES,
        [(each.id, when(each, now=now), matchers(each), each.created_by, each.comment) for each in silences],
    )


def details(silence: Silence, *, now: datetime) -> Iterator[str]:
    """All of one."""
    return aligned(
        (),
        [
            ("id", silence.id),
            ("state", when(silence, now=now)),
            ("from", f"{silence.starts_at:{TIME}}"),
            ("until", f"{silence.ends_at:{TIME}}"),
            ("matchers", matchers(silence)),
            ("by", silence.created_by),
            ("made", f"{silence.created_at:{TIME}}"),
            ("comment", silence.comment),
        ],
    )


def when(silence: Silence, *, now: datetime) -> str:
    """ "2h left", "begins in 5m for 2h", "over for 3d"."""
    if now >= silence.ends_at:
        return f"over for {_span(now - silence.ends_at)}"
    if now < silence.starts_at:
        return f"begins in {_span(silence.starts_at - now)} for {_span(silence.ends_at - silence.starts_at)}"
    return f"{_span(silence.ends_at - now)} left"


def matchers(silence: Silence) -> str:
    """As they are given to `silence add`."""
    return " ".join(map(str, silence.matchers)) or "everything"


def _span(span: timedelta) -> str:
    return duration(span.total_seconds())
