"""When a route may tell: Alertmanager's time intervals, and clocks that are put forward and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from eventcore.rules import MatchedRoute, TimeInterval, muted_until
from eventcore.rules.muting import is_muted
from tests.eventcore.rules.documents import ruleset
from tests.fixtures.events import event

OFFICE = TimeInterval(times=((540, 1020),), weekdays=((1, 5),))
NIGHT = TimeInterval(times=((120, 180),), location="Europe/Berlin")
"""02:00 to 03:00, the hour that clocks skip and repeat there."""

# Facts of Alertmanager's timeinterval_test.go: interval, moments inside, moments outside.
ALERTMANAGER: list[tuple[TimeInterval, list[str], list[str]]] = [
    (TimeInterval(), ["02 Jan 06 15:04 +0000", "03 Jan 07 10:04 +0000", "04 Jan 06 09:04 +0000"], []),
    (
        OFFICE,
        ["04 May 20 15:04 +0000", "05 May 20 10:04 +0000", "09 Jun 20 09:04 +0000"],
        ["03 May 20 15:04 +0000", "04 May 20 08:59 +0000", "05 May 20 05:00 +0000"],
    ),
    (
        OFFICE,
        ["08 Jul 20 09:00 +0000", "08 Jul 20 16:59 +0000"],
        ["08 Jul 20 05:00 +0000", "08 Jul 20 08:59 +0000"],
    ),
    (
        TimeInterval(days_of_month=((4, 6),), months=((4, 4),), years=((2020, 2020),)),
        ["04 Apr 20 15:04 +0000", "05 Apr 20 00:00 +0000", "06 Apr 20 23:05 +0000"],
        [
            "03 May 18 15:04 +0000",
            "03 Apr 20 23:59 +0000",
            "04 Jun 20 23:59 +0000",
            "06 Apr 19 23:59 +0000",
            "07 Apr 20 00:00 +0000",
        ],
    ),
    (
        TimeInterval(days_of_month=((-3, -1),)),
        [
            "31 Jan 20 15:04 +0000",
            "30 Jan 20 15:04 +0000",
            "29 Jan 20 15:04 +0000",
            "30 Jun 20 00:00 +0000",
            "29 Feb 20 23:05 +0000",
        ],
        [
            "03 May 18 15:04 +0000",
            "27 Jan 20 15:04 +0000",
            "03 Apr 20 23:59 +0000",
            "04 Jun 20 23:59 +0000",
            "06 Apr 19 23:59 +0000",
            "07 Apr 20 00:00 +0000",
            "01 Mar 20 00:00 +0000",
        ],
    ),
    (
        TimeInterval(months=((6, 6),), days_of_month=((-31, 31),)),
        ["30 Jun 20 00:00 +0000", "01 Jun 20 00:00 +0000"],
        ["31 May 20 00:00 +0000", "01 Jul 20 00:00 +0000"],
    ),
    (
        TimeInterval(times=((540, 1020),), weekdays=((1, 5),), location="Australia/Sydney"),
        ["06 Apr 21 13:00 +1000"],
        ["06 Apr 21 13:00 +0000"],
    ),
    (
        TimeInterval(
            times=((540, 1020),), weekdays=((1, 5),), months=((11, 11),), location="Australia/Sydney"
        ),
        ["01 Nov 21 09:00 +1100", "31 Oct 21 22:00 +0000"],
        ["31 Oct 21 21:00 +0000"],
    ),
    (
        TimeInterval(days_of_month=((-1, -1),), location="America/New_York"),
        ["31 Mar 21 12:00 -0400"],
        ["30 Mar 21 12:00 -0400"],
    ),
    (
        TimeInterval(
            weekdays=((1, 5), (0, 0)),
            months=((1, 3),),
            days_of_month=((-7, -1),),
            years=((2020, 2025), (2030, 2035)),
            times=((540, 1020),),
        ),
        [
            "27 Jan 21 09:00 +0000",
            "28 Jan 21 16:59 +0000",
            "29 Jan 21 13:00 +0000",
            "31 Mar 25 13:00 +0000",
            "31 Jan 35 13:00 +0000",
        ],
        ["30 Jan 21 13:00 +0000", "01 Apr 21 13:00 +0000", "30 Jan 26 13:00 +0000", "31 Jan 35 17:01 +0000"],
    ),
]


def at(text: str) -> float:
    return datetime.strptime(text, "%d %b %y %H:%M %z").timestamp()


def utc(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("interval", "moment", "inside"),
    [
        (interval, moment, inside)
        for interval, within, without in ALERTMANAGER
        for moments, inside in ((within, True), (without, False))
        for moment in moments
    ],
)
def test_a_moment_is_inside_as_in_alertmanager(interval: TimeInterval, moment: str, inside: bool) -> None:
    assert interval.contains(at(moment)) is inside


def test_a_range_of_days_that_begins_after_the_months_end_is_in_none_of_its_days() -> None:
    # GIVEN the 30th and 31st, in February of 28 days
    assert not any(
        TimeInterval(days_of_month=((30, 31),)).contains(utc(2026, 2, day)) for day in range(1, 29)
    )
    assert TimeInterval(days_of_month=((27, 31),)).contains(utc(2026, 2, 28))


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        # 2026-03-29: at 01:00 UTC clocks in Berlin go from 02:00 to 03:00, and the hour is not there.
        (utc(2026, 3, 28, 1, 30), True),
        (utc(2026, 3, 29, 0, 59), False),
        (utc(2026, 3, 29, 1, 0), False),
        (utc(2026, 3, 29, 1, 30), False),
        (utc(2026, 3, 30, 0, 30), True),
        # 2026-10-25: at 01:00 UTC they go from 03:00 back to 02:00, and the hour is there twice.
        (utc(2026, 10, 24, 23, 59), False),
        (utc(2026, 10, 25, 0, 0), True),
        (utc(2026, 10, 25, 0, 59), True),
        (utc(2026, 10, 25, 1, 0), True),
        (utc(2026, 10, 25, 1, 59), True),
        (utc(2026, 10, 25, 2, 0), False),
    ],
)
def test_hours_are_those_of_the_clock_on_the_wall(moment: float, inside: bool) -> None:
    assert NIGHT.contains(moment) is inside


def route(
    *, mute: tuple[TimeInterval, ...] = (), active: tuple[TimeInterval, ...] | None = None
) -> MatchedRoute:
    return MatchedRoute(
        route="route",
        identity="",
        receiver="a",
        group_by=(),
        group_wait=0,
        group_interval=1,
        repeat_interval=1,
        mute=mute,
        active=active,
    )


def test_a_route_is_muted_inside_of_a_mute_time_and_outside_of_its_active_ones() -> None:
    monday, sunday = utc(2026, 11, 23, 10), utc(2026, 11, 22, 10)
    assert not is_muted(route(), monday)
    assert is_muted(route(mute=(OFFICE,)), monday)
    assert not is_muted(route(mute=(OFFICE,)), sunday)
    assert not is_muted(route(active=(OFFICE,)), monday)
    assert is_muted(route(active=(OFFICE,)), sunday)
    # Mute times win.
    assert is_muted(route(mute=(OFFICE,), active=(OFFICE,)), monday)


@pytest.mark.parametrize(
    ("muted", "now", "until"),
    [
        (route(), utc(2026, 11, 23, 10), None),
        (route(mute=(OFFICE,)), utc(2026, 11, 23, 8, 59), None),
        (route(mute=(OFFICE,)), utc(2026, 11, 23, 9), utc(2026, 11, 23, 17)),
        (route(mute=(OFFICE,)), utc(2026, 11, 23, 16, 59, 59), utc(2026, 11, 23, 17)),
        # From Saturday until Monday is more than a day: look again in 24 hours.
        (route(active=(OFFICE,)), utc(2026, 11, 21, 10, 0, 30), utc(2026, 11, 22, 10, 0, 30)),
        (route(active=(OFFICE,)), utc(2026, 11, 22, 10), utc(2026, 11, 23, 9)),
        # Two that touch are one.
        (
            route(mute=(TimeInterval(times=((1320, 1440),)), TimeInterval(times=((0, 360),)))),
            utc(2026, 11, 23, 23),
            utc(2026, 11, 24, 6),
        ),
        (route(mute=(NIGHT,)), utc(2026, 3, 28, 1, 10), utc(2026, 3, 28, 2)),
        (route(mute=(NIGHT,)), utc(2026, 10, 25, 0, 10), utc(2026, 10, 25, 2)),
    ],
)
def test_a_muted_route_says_when_to_look_again(muted: MatchedRoute, now: float, until: float | None) -> None:
    assert muted_until(muted, now) == until


def test_in_every_minute_of_two_years_an_interval_is_where_a_clock_on_the_wall_says() -> None:
    # GIVEN an hour of Sundays where clocks change, held against strftime
    interval = TimeInterval(times=((90, 150),), weekdays=((0, 0),), location="America/Sao_Paulo")
    zone = ZoneInfo("America/Sao_Paulo")
    moment = datetime(2017, 6, 1, tzinfo=UTC)
    while moment < datetime(2019, 6, 1, tzinfo=UTC):
        wall = moment.astimezone(zone)
        expected = wall.strftime("%A") == "Sunday" and "01:30" <= wall.strftime("%H:%M") < "02:30"
        assert interval.contains(moment.timestamp()) is expected
        moment += timedelta(minutes=30)


def test_a_matched_route_carries_its_own_time_intervals_and_not_its_parents() -> None:
    offhours: dict[str, Any] = {
        "name": "offhours",
        "time_intervals": [{"weekdays": ["saturday", "sunday"]}, {"months": ["8"]}],
    }
    parent = {
        "match": {"type": ["Warning"]},
        "receiver": "warnings",
        "mute_time_intervals": ["offhours"],
        "active_time_intervals": ["offhours"],
        "routes": [{"match": {"reason": ["BackOff"]}}],
    }
    rules = ruleset(time_intervals=[offhours], route={"receiver": "ops-mail", "routes": [parent]})
    (own,) = rules.routes(event(reason="Failed"))
    assert own.mute == own.active == (TimeInterval(weekdays=((6, 6), (0, 0))), TimeInterval(months=((8, 8),)))
    (inherited,) = rules.routes(event(reason="BackOff"))
    assert (inherited.receiver, inherited.mute, inherited.active) == ("warnings", (), None)
