"""Parses the routing tree of a rule file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from eventcore.faults import child, item
from eventcore.rules import durations
from eventcore.rules.errors import RuleError
from eventcore.rules.event_fields import leaf_paths
from eventcore.rules.nearest import one_of
from eventcore.rules.rule_file import RawPattern, Route

_TIMES = ("group_wait", "group_interval", "repeat_interval")
_KEYS = ("match", "receiver", "receivers", "continue", "group_by", *_TIMES, "routes")
_LATER = ("active_time_intervals", "mute_time_intervals")

_MAX_DEPTH = 32
"""Levels of routes. Nobody writes so many; a YAML alias can make a route that contains itself."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_NAME_ALLOWED = "a name of at most 40 letters, digits, - and _"
"""SQS allows 80 characters of a queue's name, which holds the receiver's beside ours."""

_FREE = (
    "metadata.labels.",
    "metadata.annotations.",
    "involvedObject.labels.",
    "involvedObject.annotations.",
)


class RouteParser:
    """Parses routes into `errors` and `Route`s; goes on after an error."""

    def __init__(
        self,
        errors: list[RuleError],
        pattern: Callable[[object, str], RawPattern],
        receivers: Collection[str] | None,
    ) -> None:
        self._errors = errors
        self._pattern = pattern
        self._known = receivers

    def root(self, route: object) -> Route:
        """The root takes what no other route does, so it has no condition and must say who is told."""
        parsed = self._route(route, "route", 0)
        if isinstance(route, dict):
            for key in ("match", "continue"):
                if key in route:
                    self._error(f"route.{key}", route[key], f"no {key}: the root route takes every event")
            if "receiver" not in route and "receivers" not in route:
                self._error("route", route, "a receiver for the root route; receivers: [] tells nobody")
        return parsed

    def _route(self, route: object, path: str, depth: int) -> Route:
        if not isinstance(route, dict) or depth > _MAX_DEPTH:
            allowed = f"at most {_MAX_DEPTH} levels of routes" if depth > _MAX_DEPTH else "a route, a mapping"
            self._error(path, route, allowed)
            return Route(path=path)
        for key in route:
            if key in _LATER:
                self._error(child(path, key), key, f"one of {', '.join(_KEYS)}: {key} is not supported yet")
            elif key not in _KEYS:
                self._error(child(path, key), key, one_of(_KEYS, key))
        times = {name: self._duration(route, name, path) for name in _TIMES}
        return Route(
            path=path,
            match=self._match(route, path),
            receivers=self._receivers(route, path),
            continues=self._continue(route, path),
            group_by=self._group_by(route, path),
            group_wait=times["group_wait"],
            group_interval=times["group_interval"],
            repeat_interval=times["repeat_interval"],
            routes=self._routes(route, path, depth),
        )

    def _match(self, route: dict[Any, Any], path: str) -> RawPattern | None:
        return (
            self._pattern(route["match"], f"{path}.match") if "match" in route and path != "route" else None
        )

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
        if not isinstance(name, str) or not _NAME.fullmatch(name):
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
        names, place = route["group_by"], f"{path}.group_by"
        if not isinstance(names, list):
            self._error(place, names, "a list of fields, such as [cluster.name, reason]")
            return ()
        fields = {".".join(field) for field in leaf_paths()} - {free.rstrip(".") for free in _FREE}
        for at, name in enumerate(names):
            if name in names[:at]:
                self._error(item(place, at), name, "each field once")
            elif not isinstance(name, str) or (name not in fields and not name.startswith(_FREE)):
                self._error(item(place, at), name, f"a field of the event: {one_of(fields, name)}")
        return tuple(map(str, names))

    def _duration(self, route: dict[Any, Any], name: str, path: str) -> float | None:
        if name not in route:
            return None
        seconds = durations.parse_duration(route[name])
        place = f"{path}.{name}"
        if seconds is None:
            self._error(place, route[name], durations.ALLOWED)
        elif seconds == 0 and name != "group_wait":
            self._error(place, route[name], f"{durations.ALLOWED}, greater than zero")
        return seconds

    def _error(self, path: str, value: object, allowed: str) -> None:
        self._errors.append(RuleError(path, value, allowed))
