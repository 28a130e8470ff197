"""Applies compiled rules to events. Both functions use this, so that they always agree on what is dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from eventcore.event import Event, Severity
from eventcore.patterns import Pattern, PatternError, compile_pattern
from eventcore.rules.compiled import CompiledRoute, CompiledRules, CompiledRulesError
from eventcore.rules.exact_index import ExactIndex
from eventcore.rules.matched_route import MatchedRoute
from eventcore.wire import as_view


class Ruleset:
    """Compiled rules, ready to be applied to any number of events."""

    def __init__(self, compiled: CompiledRules) -> None:
        """Compile the patterns.

        Raises:
            CompiledRulesError: a pattern means nothing to this release.
        """
        self.receivers = frozenset(compiled.receivers)
        try:
            self._drop = _Patterns(compiled.drop, "drop")
            self._severity = _Patterns([rule.match for rule in compiled.severity], "severity")
            self._route = _RouteNode(compiled.route)
        except PatternError as error:
            raise CompiledRulesError(f"a compiled rule file with an unknown pattern: {error}") from None
        self._severities: tuple[Severity, ...] = tuple(rule.severity for rule in compiled.severity)

    def classify(self, event: Event) -> Event | None:
        """The event with the severity that the rules give it, else with its own; None if it is dropped.

        Patterns under `drop` and `severity` see the severity that the event came with, which is the
        built-in one.
        """
        if not (self._drop.may_match(event) or self._severity.may_match(event)):
            return event
        view = as_view(event)
        if self._drop.first(view) is not None:
            return None
        rule = self._severity.first(view)
        if rule is None or self._severities[rule] == event.severity:
            return event
        return replace(event, severity=self._severities[rule])

    def routes(self, event: Event) -> tuple[MatchedRoute, ...]:
        """Whom to tell of an event that `classify` has returned, in the order of the file; () is nobody."""
        return tuple(told for node in self._route.matching(as_view(event)) for told in node.told)


class _Patterns:
    """Compiled patterns in order, behind an index."""

    def __init__(self, patterns: Sequence[Mapping[str, Any] | None], path: str) -> None:
        self._index = ExactIndex(patterns)
        self._compiled: list[Pattern | None] = [
            None if pattern is None else compile_pattern(pattern, path=f"{path}[{at}]")
            for at, pattern in enumerate(patterns)
        ]

    def may_match(self, event: Event) -> bool:
        """Whether it is worth asking further."""
        return self._index.may_match(event)

    def matching(self, view: Mapping[str, Any]) -> Iterator[int]:
        """Positions of the patterns that match, ascending, each tried when it is asked for."""
        for position in self._index.candidates(view):
            pattern = self._compiled[position]
            if pattern is None or pattern.matches(view):
                yield position

    def first(self, view: Mapping[str, Any]) -> int | None:
        """Position of the first pattern that matches."""
        return next(self.matching(view), None)


class _RouteNode:
    """A node of the routing tree."""

    def __init__(self, route: CompiledRoute) -> None:
        self._continues = route.continues
        self._children = [_RouteNode(one) for one in route.routes]
        self._conditions = _Patterns([one.match for one in route.routes], f"{route.path}.routes")
        self.told = tuple(
            MatchedRoute(
                route=route.path,
                identity=route.path,
                receiver=receiver,
                group_by=route.group_by,
                group_wait=route.group_wait,
                group_interval=route.group_interval,
                repeat_interval=route.repeat_interval,
            )
            for receiver in route.receivers
        )

    def matching(self, view: Mapping[str, Any]) -> list[_RouteNode]:
        """The nodes that take an event which this one's own condition lets in, as Alertmanager's Route.Match.

        Children are asked in order; the first that matches ends it unless it continues. If none does, the
        node itself is meant.
        """
        found: list[_RouteNode] = []
        for position in self._conditions.matching(view):
            child = self._children[position]
            found.extend(child.matching(view))
            if not child._continues:
                break
        return found or [self]
