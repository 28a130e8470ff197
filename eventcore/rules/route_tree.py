"""The routing tree, walked as Alertmanager walks it."""

from __future__ import annotations

from collections.abc import Mapping

from eventcore.event import Event
from eventcore.rules.compiled import CompiledRoute
from eventcore.rules.event_pattern import Views
from eventcore.rules.matched_route import MatchedRoute
from eventcore.rules.pattern_list import PatternList
from eventcore.rules.relaxing import relax
from eventcore.rules.time_interval import TimeInterval

TimeIntervals = Mapping[str, tuple[TimeInterval, ...]]


class RouteNode:
    """A node of the routing tree."""

    def __init__(self, route: CompiledRoute, time_intervals: TimeIntervals, views: Views) -> None:
        """Compile the conditions of everything below.

        Raises:
            PatternError: one of them means nothing to this release.
            KeyError: a time interval is not there.
        """
        place, matches = f"{route.path}.routes", [one.match for one in route.routes]
        relaxed = [relax(match) for match in matches]
        self._continues = route.continues
        self._children = [RouteNode(one, time_intervals, views) for one in route.routes]
        self._conditions = PatternList(matches, views, path=place)
        self._possible = PatternList(relaxed, views, path=place)
        self._certain = [match == left for match, left in zip(matches, relaxed, strict=True)]
        self.told = tuple(_told(route, receiver, time_intervals) for receiver in route.receivers)

    def matching(self, event: Event) -> list[RouteNode]:
        """The nodes that take an event which this one's own condition lets in, as Alertmanager's Route.Match.

        Children are asked in order; the first that matches ends it unless it continues. If none does, the
        node itself is meant.
        """
        found: list[RouteNode] = []
        for position in self._conditions.matching(event):
            child = self._children[position]
            found.extend(child.matching(event))
            if not child._continues:
                break
        return found or [self]

    def possible(self, event: Event) -> list[RouteNode]:
        """The nodes that may take an event of this object and reason, whatever else it says."""
        found: list[RouteNode] = []
        taken = False
        for position in self._possible.matching(event):
            child = self._children[position]
            found.extend(child.possible(event))
            taken = taken or self._certain[position]
            if self._certain[position] and not child._continues:
                break
        return found if taken else [*found, self]


def _told(route: CompiledRoute, receiver: str, time_intervals: TimeIntervals) -> MatchedRoute:
    return MatchedRoute(
        route=route.path,
        identity=route.identity,
        receiver=receiver,
        group_by=route.group_by,
        group_wait=route.group_wait,
        group_interval=route.group_interval,
        repeat_interval=route.repeat_interval,
        resolve_after=route.resolve_after,
        mute=_intervals(route.mute_time_intervals, time_intervals),
        active=_intervals(route.active_time_intervals, time_intervals) or None,
    )


def _intervals(names: tuple[str, ...], time_intervals: TimeIntervals) -> tuple[TimeInterval, ...]:
    return tuple(one for name in names for one in time_intervals[name])
