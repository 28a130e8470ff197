"""Time intervals as written. The cases marked so are facts of Alertmanager's timeinterval_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from eventcore.rules import TimeInterval, parse_rules
from tests.eventcore.rules.documents import errors, rules


def named(*intervals: Any, name: Any = "x") -> dict[str, Any]:
    return rules(time_intervals=[{"name": name, "time_intervals": list(intervals)}])


def parsed(interval: dict[str, Any]) -> TimeInterval:
    (found,) = parse_rules(named(interval)).time_intervals["x"]
    return found


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        # Alertmanager's.
        ({"times": [{"start_time": "00:00", "end_time": "24:00"}]}, TimeInterval(times=((0, 1440),))),
        ({"times": [{"start_time": "01:35", "end_time": "17:39"}]}, TimeInterval(times=((95, 1059),))),
        (
            {
                "weekdays": ["monday:friday", "sunday"],
                "months": ["january:march"],
                "days_of_month": ["-7:-1"],
                "years": ["2020:2025", "2030:2035"],
                "times": [{"start_time": "09:00", "end_time": "17:00"}],
            },
            TimeInterval(
                weekdays=((1, 5), (0, 0)),
                months=((1, 3),),
                days_of_month=((-7, -1),),
                years=((2020, 2025), (2030, 2035)),
                times=((540, 1020),),
            ),
        ),
        ({"days_of_month": ["1:-1"]}, TimeInterval(days_of_month=((1, -1),))),
        ({"months": ["January:december"]}, TimeInterval(months=((1, 12),))),
        (
            {"years": ["2020:2022"], "location": "Australia/Sydney"},
            TimeInterval(years=((2020, 2022),), location="Australia/Sydney"),
        ),
        # Ours: a number needs no quotes.
        (
            {"days_of_month": [1, "15"], "months": [8]},
            TimeInterval(days_of_month=((1, 1), (15, 15)), months=((8, 8),)),
        ),
    ],
)
def test_a_right_one_is_read(interval: dict[str, Any], expected: TimeInterval) -> None:
    assert parsed(interval) == expected


@pytest.mark.parametrize(
    ("interval", "path", "says"),
    [
        # Alertmanager's.
        ({"times": [{"start_time": "17:31", "end_time": "17:31"}]}, "times[0]", "before its end_time"),
        ({"times": [{"start_time": "12:30", "end_time": "24:01"}]}, "times[0].end_time", "'24:00'"),
        ({"times": [{"start_time": "09:30", "end_time": "07:41"}]}, "times[0]", "two intervals"),
        ({"times": [{"start_time": "24:00", "end_time": "17:41"}]}, "times[0]", "before its end_time"),
        ({"times": [{"start_time": "14:03"}]}, "times[0].end_time", "a time of day"),
        ({"times": [{"start_time": "01:99", "end_time": "23:59"}]}, "times[0].start_time", "a time of day"),
        ({"weekdays": ["friday:monday"]}, "weekdays[0]", "not after its end"),
        ({"weekdays": ["blurgsday:flurgsday"]}, "weekdays[0]", "a day such as"),
        ({"weekdays": ["1:3"]}, "weekdays[0]", "a day such as"),
        ({"weekdays": ["-2:-1"]}, "weekdays[0]", "a day such as"),
        ({"days_of_month": ["0"]}, "days_of_month[0]", "1 to 31"),
        ({"days_of_month": ["-50:-20"]}, "days_of_month[0]", "1 to 31"),
        ({"days_of_month": ["1:50"]}, "days_of_month[0]", "1 to 31"),
        ({"days_of_month": ["-15:5"]}, "days_of_month[0]", "from the month's end too"),
        ({"days_of_month": ["10:-25"]}, "days_of_month[0]", "not after its end"),
        ({"months": ["martius:june"]}, "months[0]", "a month"),
        ({"months": ["march:junius"]}, "months[0]", "did you mean june?"),
        ({"months": ["december:january"]}, "months[0]", "not after its end"),
        ({"years": ["2022:2020"]}, "years[0]", "not after its end"),
        # Ours.
        ({"times": [{"start_time": 540, "end_time": "24:00"}]}, "times[0].start_time", "in quotes"),
        ({"times": [{"start": "09:00", "end_time": "24:00"}]}, "times[0].start", "did you mean start_time?"),
        ({"times": ["09:00"]}, "times[0]", "an object such as"),
        ({"times": []}, "times", "a list, such as"),
        ({"weekdays": "monday"}, "weekdays", "a list, such as"),
        ({"weekdays": ["mondey"]}, "weekdays[0]", "did you mean monday?"),
        ({"weekdays": ["monday:tuesday:friday"]}, "weekdays[0]", "a range such as"),
        ({"weekdays": [True]}, "weekdays[0]", "a day such as"),
        ({"weekday": ["monday"]}, "weekday", "did you mean weekdays?"),
        ({"years": ["12026"]}, "years[0]", "up to 9999"),
        ({"months": ["13"]}, "months[0]", "1 to 12"),
        ({"years": ["2026"], "location": "Europe/Berln"}, "location", "did you mean Europe/Berlin?"),
        ({"years": ["2026"], "location": "Local"}, "location", "a time zone of IANA's"),
        ({"years": ["2026"], "location": 5}, "location", "a time zone of IANA's"),
        ({"location": "UTC"}, "", "without any it never ends"),
        ({}, "", "without any it never ends"),
        (None, "", "an object such as"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(interval: Any, path: str, says: str) -> None:
    found = errors(named(interval))
    place = "time_intervals[0].time_intervals[0]" + (f".{path}" if path else "")
    assert says in found[place]


@pytest.mark.parametrize(
    ("intervals", "path", "says"),
    [
        ({}, "time_intervals", "a list of objects"),
        ([5], "time_intervals[0]", "an object such as"),
        ([{"time_intervals": [{"months": ["1"]}]}], "time_intervals[0].name", "a name that routes"),
        ([{"name": "x"}], "time_intervals[0].time_intervals", "a list of objects of times"),
        ([{"name": "x", "time_intervals": []}], "time_intervals[0].time_intervals", "a list of objects"),
        ([{"name": "x", "intervals": []}], "time_intervals[0].intervals", "did you mean time_intervals?"),
    ],
)
def test_what_is_wrong_with_the_list_is_named(intervals: Any, path: str, says: str) -> None:
    assert says in errors(rules(time_intervals=intervals))[path]


def test_a_name_stands_for_one_thing() -> None:
    twice = [{"name": "x", "time_intervals": [{"months": ["1"]}]}] * 2
    assert errors(rules(time_intervals=twice)) == {"time_intervals[1].name": "each name once"}


@pytest.mark.parametrize("key", ["mute_time_intervals", "active_time_intervals"])
def test_a_route_names_time_intervals_that_are_there(key: str) -> None:
    document = named({"months": ["1"]}, name="offhours")
    document["route"]["routes"] = [{key: ["offhuors"]}, {key: ["offhours", "offhours"]}, {key: "offhours"}]
    assert errors(document) == {
        f"route.routes[0].{key}[0]": "a name of time_intervals: one of offhours; did you mean offhours?",
        f"route.routes[1].{key}[1]": "each name once",
        f"route.routes[2].{key}": "a list of names of time_intervals",
    }
    lonely = rules(route={"receiver": "ops-mail", "routes": [{key: ["offhours"]}]})
    assert errors(lonely) == {
        f"route.routes[0].{key}[0]": "a name of time_intervals, of which the file has none"
    }
