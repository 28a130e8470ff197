"""Parses the routing tree of a rule file."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from eventcore.faults import child, item
from eventcore.rules.checking import Checker
from eventcore.rules.nearest import one_of
from eventcore.rules.rule_file import RawPattern, Route

TIMES = ("group_wait", "group_interval", "repeat_interval", "resolve_after")
MUTING = ("mute_time_intervals", "active_time_intervals")
ROUTE_KEYS = ("match", "receiver", "receivers", "continue", "group_by", *TIMES, *MUTING, "routes")
NOT_ON_ROOT = ("match", "continue", *MUTING)
"""The root takes every event at every time, as in Alertmanager."""

_MAX_DEPTH = 32
"""Levels of routes. Nobody writes so many; a YAML alias can make a route that contains itself."""

RECEIVER_NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,39}"
_NAME_ALLOWED = "a name of at most 40 letters, digits, - and _"
"""SQS allows 80 characters of a queue's name, which holds the receiver's beside ours."""


class RouteParser:
    """Parses routes; goes on after an error."""

    def __init__(
        self, check: Checker, receivers: Collection[str] | None, time_intervals: Collection[str]
    ) -> None:
        self._check = check
        self._known = receivers
        self._time_intervals = time_intervals

    def root(self, route: object) -> Route:
        """The root takes what no other route does, so it has no condition and must say who is told."""
        parsed = self._route(route, "route", 0)
        if isinstance(route, dict):
            for key in NOT_ON_ROOT:
                if key in route:
                    always = "tells at all times" if key in MUTING else "takes every event"
                    self._error(f"route.{key}", route[key], f"no {key}: the root route {always}")
            if "receiver" not in route and "receivers" not in route:
                self._error("route", route, "a receiver for the root route; receivers: [] tells nobody")
        return parsed

    def _route(self, route: object, path: str, depth: int) -> Route:
        if not isinstance(route, dict) or depth > _MAX_DEPTH:
            allowed = f"at most {_MAX_DEPTH} levels of routes" if depth > _MAX_DEPTH else "a route, a mapping"
            self._error(path, route, allowed)
            return Route(path=path)
        for key in route:
            if key not in ROUTE_KEYS:
                self._error(child(path, key), key, one_of(ROUTE_KEYS, key))
        times = {key: self._check.duration(route, key, path, zero=key == "group_wait") for key in TIMES}
        return Route(
            path=path,
            match=self._match(route, path),
            receivers=self._receivers(route, path),
            continues=self._continue(route, path),
            group_by=self._group_by(route, path),
            group_wait=times["group_wait"],
            group_interval=times["group_interval"],
            repeat_interval=times["repeat_interval"],
            resolve_after=times["resolve_after"],
            mute_time_intervals=self._intervals(route, "mute_time_intervals", path),
            active_time_intervals=self._intervals(route, "active_time_intervals", path),
            routes=self._routes(route, path, depth),
        )

    def _match(self, route: dict[Any, Any], path: str) -> RawPattern | None:
        if "match" not in route or path == "route":
            return None
        return self._check.pattern(route["match"], f"{path}.match")

    def _routes(self, route: dict[Any, Any], path: str, depth: int) -> tuple[Route, ...]:
        routes = route.get("routes", [])
        place = f"{path}.routes"
        if not isinstance(routes, list):
            self._error(place, routes, "a list of routes")
            return ()
        return tuple(self._route(one, item(place, at), depth + 1) for at, one in enumerate(routes))

    def _receivers(self, route: dict[Any, Any], path: str) -> tuple[str, ...] | None:
        if "receiver" in route and "receivers" in route:
            self._error(f"{path}.receivers", route["receivers"], "either receiver or receivers, not both")
        if "receiver" in route:
            return (self._receiver(route["receiver"], f"{path}.receiver"),)
        if "receivers" not in route:
            return None
        names, place = route["receivers"], f"{path}.receivers"
        if not isinstance(names, list):
            self._error(place, names, "a list of receivers; [] tells nobody")
            return ()
        found = tuple(self._receiver(name, item(place, at)) for at, name in enumerate(names))
        for at, name in enumerate(found):
            if name in found[:at]:
                self._error(item(place, at), name, "each receiver once")
        return found

    def _receiver(self, name: object, path: str) -> str:
        if not isinstance(name, str) or not re.fullmatch(RECEIVER_NAME, name):
            self._error(path, name, _NAME_ALLOWED)
        elif self._known is not None and name not in self._known:
            self._error(path, name, f"a receiver: {one_of(self._known, name)}")
        return str(name)

    def _continue(self, route: dict[Any, Any], path: str) -> bool:
        value = route.get("continue", False)
        if not isinstance(value, bool):
            self._error(f"{path}.continue", value, "true or false")
        return value is True

    def _group_by(self, route: dict[Any, Any], path: str) -> tuple[str, ...] | None:
        if "group_by" not in route:
            return None
        return self._check.fields(route["group_by"], f"{path}.group_by", everything=True)

    def _intervals(self, route: dict[Any, Any], key: str, path: str) -> tuple[str, ...]:
        if key not in route:
            return ()
        return self._check.names(
            route[key], child(path, key), "names of time_intervals", self._interval_instead, each="name"
        )

    def _interval_instead(self, name: str) -> str | None:
        if name in self._time_intervals:
            return None
        if not self._time_intervals:
            return "a name of time_intervals, of which the file has none"
        return f"a name of time_intervals: {one_of(self._time_intervals, name)}"

    def _error(self, path: str, value: object, allowed: str) -> None:
        self._check.error(path, value, allowed)
