"""Times as people type them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from kube_events.times import TimeError, beginning, end

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", "2026-11-21T10:00:00+00:00"),
        ("1d12h", "2026-11-20T00:00:00+00:00"),
        ("0", "2026-11-21T12:00:00+00:00"),
        ("2026-11-21T02:00:00Z", "2026-11-21T02:00:00+00:00"),
        ("2026-11-21t02:00:00.123456z", "2026-11-21T02:00:00.123456+00:00"),
        ("2026-11-21T02:00:00+01:00", "2026-11-21T01:00:00+00:00"),
        ("2026-11-21 02:00", "2026-11-21T02:00:00+00:00"),
        ("2026-11-21", "2026-11-21T00:00:00+00:00"),
    ],
)
def test_a_moment_may_be_written_in_many_ways(text: str, moment: str) -> None:
    assert beginning(text, now=NOW, zone=UTC).isoformat() == moment


def test_a_date_as_an_end_is_meant_with_its_whole_day() -> None:
    assert end("2026-11-30", now=NOW, zone=UTC) == datetime(2026, 12, 1, tzinfo=UTC)
    assert end("2026-11-30T00:00:00Z", now=NOW, zone=UTC) == datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.usefixtures("berlin")
def test_the_zone_of_the_machine_is_that_of_the_day_in_question() -> None:
    assert beginning("2026-11-21 02:00", now=NOW, zone=None) == datetime(2026, 11, 21, 1, tzinfo=UTC)
    assert beginning("2026-07-21", now=NOW, zone=None) == datetime(2026, 7, 20, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2",
        "h2",
        "2026-13-01",
        "2026-11-21T25:00:00Z",
        "21.11.2026",
        "9999999y",
        "2026-W47-1",
        "-2h",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:00:00-14:00",
    ],
)
def test_what_is_no_time_is_told_what_is_one(text: str) -> None:
    with pytest.raises(TimeError, match="expected a duration such as 90m, 2h or 7d, a date such as"):
        beginning(text, now=NOW, zone=UTC)


def test_the_last_day_of_the_calendar_has_no_end() -> None:
    with pytest.raises(TimeError):
        end("9999-12-31", now=NOW, zone=UTC)
