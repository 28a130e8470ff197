"""How old an observation may be that is still written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventcore.identity import PERIOD_DAYS, IndexPeriod
from lambdas.index_events.age import Age, age_limits

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)  # a Saturday
PERIODS: st.SearchStrategy[IndexPeriod] = st.sampled_from(["day", "week", "month"])
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_without_limits_everything_is_writable() -> None:
    assert age_limits(NOW, "day").age_of(datetime.min.replace(tzinfo=UTC)) is Age.WRITABLE


@pytest.mark.parametrize(
    ("period", "seen", "age"),
    [
        # 10 days and a period before NOW is the 10th: the index of that day has just gone.
        ("day", "2026-11-11T00:00:00Z", Age.WRITABLE),
        ("day", "2026-11-10T23:59:59Z", Age.TOO_OLD),
        # ... the 4th, a Wednesday: the index of its week goes with it.
        ("week", "2026-11-09T00:00:00Z", Age.WRITABLE),
        ("week", "2026-11-08T23:59:59Z", Age.TOO_OLD),
        # ... the 11th of October.
        ("month", "2026-11-01T00:00:00Z", Age.WRITABLE),
        ("month", "2026-10-31T23:59:59Z", Age.TOO_OLD),
    ],
)
def test_what_belongs_into_an_index_that_is_deleted_is_too_old(
    period: IndexPeriod, seen: str, age: Age
) -> None:
    limits = age_limits(NOW, period, retention_days=10)
    assert limits.age_of(datetime.fromisoformat(seen)) is age


def test_what_belongs_into_an_index_in_ultrawarm_is_warm_until_it_is_too_old() -> None:
    limits = age_limits(NOW, "day", retention_days=30, warm_after_days=7)
    days = {days: limits.age_of(NOW - timedelta(days=days)) for days in (0, 7, 8, 30, 31, 400)}
    assert days == {
        0: Age.WRITABLE,
        7: Age.WRITABLE,
        8: Age.WARM,
        30: Age.WARM,
        31: Age.TOO_OLD,
        400: Age.TOO_OLD,
    }


@given(TIMES, PERIODS, st.integers(1, 3650), st.integers(0, 200_000))
def test_nothing_is_refused_before_its_retention_and_nothing_written_a_period_after_it(
    now: datetime, period: IndexPeriod, days: int, hours: int
) -> None:
    seen = now - timedelta(hours=hours)
    too_old = age_limits(now, period, retention_days=days).age_of(seen) is Age.TOO_OLD
    if too_old:
        assert now - seen > timedelta(days=days)
    else:
        assert now - seen <= timedelta(days=days + PERIOD_DAYS[period])
