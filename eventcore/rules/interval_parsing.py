"""Parses time intervals: Alertmanager's syntax (its timeinterval package), with every error at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import MAXYEAR
from typing import Any

from eventcore.faults import child, item
from eventcore.rules.checking import Checker
from eventcore.rules.nearest import one_of
from eventcore.rules.time_interval import Range, TimeInterval

WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

NAMED_KEYS = ("name", "time_intervals")
TIME_KEYS = ("start_time", "end_time")
INTERVAL_KEYS = ("times", "weekdays", "days_of_month", "months", "years", "location")

TIME_OF_DAY = "(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)"
_TIME_ALLOWED = "a time of day in quotes, '00:00' to '24:00'"

_SHORTEST_MONTH = 28


def parse_time_intervals(check: Checker, value: object, path: str) -> Mapping[str, tuple[TimeInterval, ...]]:
    """The named time intervals of a file."""
    found: dict[str, tuple[TimeInterval, ...]] = {}
    such_as = "{name: offhours, time_intervals: [{weekdays: ['saturday', 'sunday']}]}"
    for place, one in check.items(value, path, f"objects such as {such_as}"):
        named = check.mapping(one, place, NAMED_KEYS, such_as)
        name = named.get("name")
        if not isinstance(one, dict):
            continue
        if not isinstance(name, str) or not name:
            check.error(child(place, "name"), name, "a name that routes call it by")
        elif name in found:
            check.error(child(place, "name"), name, "each name once")
        intervals = named.get("time_intervals")
        inside = child(place, "time_intervals")
        if not isinstance(intervals, list) or not intervals:
            check.error(inside, intervals, f"a list of objects of {', '.join(INTERVAL_KEYS)}")
            intervals = []
        found[str(name)] = tuple(
            _interval(check, interval, item(inside, at)) for at, interval in enumerate(intervals)
        )
    return found


def _interval(check: Checker, value: object, path: str) -> TimeInterval:
    parts = check.mapping(value, path, INTERVAL_KEYS, "{times: [{start_time: '22:00', end_time: '24:00'}]}")
    if isinstance(value, dict) and not value.keys() & set(INTERVAL_KEYS) - {"location"}:
        check.error(path, value, f"one of {', '.join(INTERVAL_KEYS[:-1])}: without any it never ends")
    return TimeInterval(
        times=tuple(_time(check, one, place) for place, one in _part(check, parts, "times", path)),
        weekdays=_ranges(check, parts, "weekdays", path),
        days_of_month=_ranges(check, parts, "days_of_month", path),
        months=_ranges(check, parts, "months", path),
        years=_ranges(check, parts, "years", path),
        location=_location(check, parts, path),
    )


def _part(check: Checker, parts: dict[str, Any], key: str, path: str) -> Sequence[tuple[str, Any]]:
    if key not in parts:
        return ()
    place = child(path, key)
    if not isinstance(parts[key], list) or not parts[key]:
        check.error(place, parts[key], f"a list, such as {_SUCH_AS[key]}")
        return ()
    return check.items(parts[key], place, "")


_SUCH_AS = {
    "times": "[{start_time: '22:00', end_time: '24:00'}]",
    "weekdays": "['monday:friday', 'sunday']",
    "days_of_month": "['1:5', '-3:-1']",
    "months": "['december:december', '1:3', 'august']",
    "years": "['2026:2027', '2030']",
}


def _time(check: Checker, value: object, path: str) -> Range:
    hours = check.mapping(value, path, TIME_KEYS, "{start_time: '09:00', end_time: '17:00'}")
    if not isinstance(value, dict):
        return 0, 1
    start, end = (_minute(check, hours.get(key), child(path, key)) for key in TIME_KEYS)
    if start is not None and end is not None and start >= end:
        over_night = "; of a night, the hours before and after midnight are two intervals"
        check.error(path, value, f"a start_time before its end_time{over_night}")
    return start or 0, end or 1


def _minute(check: Checker, value: object, path: str) -> int | None:
    if not isinstance(value, str) or not re.fullmatch(TIME_OF_DAY, value):
        # YAML 1.1 reads 22:00 without quotes as the number 1320.
        check.error(path, value, _TIME_ALLOWED)
        return None
    hours, minutes = value.split(":")
    return int(hours) * 60 + int(minutes)


def _ranges(check: Checker, parts: dict[str, Any], key: str, path: str) -> tuple[Range, ...]:
    return tuple(_range(check, one, place, key) for place, one in _part(check, parts, key, path))


def _range(check: Checker, value: object, path: str, key: str) -> Range:
    ends = _ends(value, key)
    if ends is None or not all(_is_in(end, key) for end in ends):
        check.error(path, value, _ALLOWED[key] + _meant(value, key))
        return 1, 1
    first, last = ends
    if key == "days_of_month" and first < 0 < last:
        check.error(path, value, "an end that counts from the month's end too, as its start does")
    elif _never(first, last, key):
        check.error(path, value, "a start that is not after its end")
    return first, last


def _ends(value: object, key: str) -> Range | None:
    """First and last; one alone is both."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        return None
    numbers = [_number(end, key) for end in text.lower().split(":")]
    if len(numbers) > 2 or None in numbers:
        return None
    return numbers[0] or 0, numbers[-1] or 0


def _number(text: str, key: str) -> int | None:
    if key == "weekdays":
        return WEEKDAYS.index(text) if text in WEEKDAYS else None
    if key == "months" and text in MONTHS:
        return MONTHS.index(text) + 1
    return int(text) if re.fullmatch("[+-]?[0-9]{1,6}", text) else None


def _is_in(number: int, key: str) -> bool:
    match key:
        case "weekdays":
            return 0 <= number <= 6
        case "days_of_month":
            return 1 <= abs(number) <= 31
        case "months":
            return 1 <= number <= 12
        case _:
            return 1 <= number <= MAXYEAR


def _never(first: int, last: int, key: str) -> bool:
    """Whether it is empty in every month, as far as that can be said of days from both ends."""
    if key == "days_of_month":
        first, last = (day if day > 0 else _SHORTEST_MONTH + day for day in (first, last))
    return first > last


_ALLOWED = {
    "weekdays": "a day such as 'sunday', or a range such as 'monday:friday'",
    "days_of_month": "a day of the month, 1 to 31 or, from its end, -1 to -31, or a range such as '-3:-1'",
    "months": "a month, january to december or 1 to 12, or a range such as 'june:august'",
    "years": f"a year, or a range of years up to {MAXYEAR}, such as '2026:2027'",
}


def _meant(value: object, key: str) -> str:
    """The nearest name."""
    names = {"weekdays": WEEKDAYS, "months": MONTHS}.get(key, ())
    if not names or not isinstance(value, str):
        return ""
    wrong = next((end for end in value.lower().split(":") if _number(end, key) is None), "")
    _, meant, name = one_of(names, wrong).partition("; did you mean ")
    return f"{meant}{name}"


def _location(check: Checker, parts: dict[str, Any], path: str) -> str:
    name = parts.get("location", "UTC")
    if name == "UTC":
        return "UTC"
    from zoneinfo import available_timezones  # here: it reads a directory of hundreds of files

    known = available_timezones()
    if not isinstance(name, str) or name not in known:
        nearest = one_of(known, name).removeprefix("a known name")
        check.error(child(path, "location"), name, f"a time zone of IANA's, such as Europe/Berlin{nearest}")
        return "UTC"
    return name
