"""Values of a document that a person wrote: each is what it has to be, or a fault with its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any

from eventcore.faults import Fault, child, item
from eventcore.rules.durations import ALLOWED as DURATION
from eventcore.rules.durations import parse_duration
from eventcore.rules.nearest import one_of

_YEARS = range(1970, 9000)
LATEST = datetime(_YEARS.stop, 1, 1, tzinfo=UTC).timestamp()
"""Seconds since the epoch. The calendar of Python ends not long after, and timers look ahead."""

_TIME = f"a time such as 2026-01-05T12:00:00Z, of the years {_YEARS.start} to {_YEARS.stop - 1}"


class Reader:
    """Goes on after a fault, so that one run names them all; what it then returns is of no use."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, path: str, value: object, allowed: str) -> None:
        """Something is wrong here."""
        self.faults.append(Fault(path, value, allowed))

    def mapping(self, value: object, path: str, keys: Collection[str], what: str) -> Mapping[str, Any]:
        """A mapping with no other keys than these."""
        if not isinstance(value, dict):
            self.fault(path, value, what)
            return {}
        for key in value:
            if key not in keys:
                self.fault(child(path, key), key, one_of(keys, key))
        return value

    def items(self, value: object, path: str, what: str) -> list[tuple[str, Any]]:
        """The places and values of a list that is not empty."""
        if not isinstance(value, list) or not value:
            self.fault(path, value, what)
            return []
        return [(item(path, at), one) for at, one in enumerate(value)]

    def text(self, value: object, path: str) -> str:
        """A string that is not empty."""
        if not isinstance(value, str) or not value.strip():
            self.fault(path, value, "a string that is not empty")
        return str(value)

    def texts(self, value: object, path: str) -> tuple[str, ...]:
        """A list of strings; it may be empty."""
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.fault(path, value, "a list of names; [] is none")
            return ()
        return tuple(value)

    def one_of(self, value: object, path: str, allowed: Collection[str]) -> Any:
        """One of some words."""
        if value not in allowed:
            self.fault(path, value, one_of(allowed, value))
        return value

    def flag(self, value: object, path: str) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            self.fault(path, value, "true or false")
        return value is True

    def number(self, value: object, path: str, *, least: int = 0) -> int:
        """A whole number."""
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.fault(path, value, f"a whole number from {least} on")
            return least
        return value

    def duration(self, value: object, path: str, *, positive: bool = False) -> float:
        """Seconds of a duration in Prometheus' form."""
        seconds = parse_duration("0" if value == 0 and value is not False else value)
        if seconds is None or (positive and seconds == 0):
            self.fault(path, value, DURATION + (", greater than zero" if positive else ""))
            return 1.0
        return seconds

    def time(self, value: object, path: str) -> float:
        """Seconds since the epoch of a time; without an offset it is UTC. YAML may have read it already."""
        moment = value
        if isinstance(value, str):
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                moment = None
        elif isinstance(value, date) and not isinstance(value, datetime):
            moment = datetime(value.year, value.month, value.day, tzinfo=UTC)
        if not isinstance(moment, datetime) or moment.year not in _YEARS:
            self.fault(path, value, _TIME)
            return 0.0
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

    def values(self, value: object, path: str) -> Mapping[str, str]:
        """Fields and their values, as a group has them."""
        if not isinstance(value, dict):
            self.fault(path, value, "fields and values, such as {reason: BackOff}; {} for no field at all")
            return {}
        return {str(field): "" if one is None else str(one) for field, one in value.items()}
