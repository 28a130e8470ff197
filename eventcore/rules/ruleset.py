"""Applies compiled rules to events. Both functions use this, so that they always agree on what is dropped."""

from __future__ import annotations

from msgspec.structs import replace

from eventcore.event import Event, Severity
from eventcore.grouping.arrival import Recovery
from eventcore.grouping.group import Ending
from eventcore.grouping.key import GroupRef, group_of
from eventcore.patterns import PatternError
from eventcore.rules.compiled import CompiledRules, CompiledRulesError
from eventcore.rules.event_pattern import Views
from eventcore.rules.inhibition import Inhibitions, SourceMark
from eventcore.rules.matched_route import MatchedRoute
from eventcore.rules.pattern_list import PatternList
from eventcore.rules.pseudo_events import problem_events
from eventcore.rules.recovery_table import RecoveryTable
from eventcore.rules.route_tree import RouteNode


class Ruleset:
    """Compiled rules, ready to be applied to any number of events."""

    def __init__(self, compiled: CompiledRules) -> None:
        """Compile the patterns.

        Raises:
            CompiledRulesError: a pattern means nothing to this release, or a name is of nothing in the file.
        """
        self.receivers = frozenset(compiled.receivers)
        self.notify_max_age = compiled.notify_max_age
        """Seconds. What is older is told in one summary per receiver."""
        self._views = Views()
        try:
            self._drop = PatternList(compiled.drop, self._views, path="drop")
            self._severity = PatternList(
                [one.match for one in compiled.severity], self._views, path="severity"
            )
            self._route = RouteNode(compiled.route, compiled.time_intervals, self._views)
            self._inhibitions = Inhibitions(compiled.inhibit, self._views)
        except PatternError as error:
            raise CompiledRulesError(f"a compiled rule file with an unknown pattern: {error}") from None
        except KeyError as error:
            raise CompiledRulesError(f"a compiled rule file without its time interval {error}") from None
        self._severities: tuple[Severity, ...] = tuple(rule.severity for rule in compiled.severity)
        self._recoveries = RecoveryTable(compiled.recoveries)

    def classify(self, event: Event) -> Event | None:
        """The event with the severity that the rules give it, else with its own; None if it is dropped.

        Patterns under `drop` and `severity` see the severity that the event came with, which is the
        built-in one.
        """
        if self._drop.first(event) is not None:
            return None
        rule = self._severity.first(event)
        if rule is None or self._severities[rule] == event.severity:
            return event
        changed = replace(event, severity=self._severities[rule])
        self._views.with_severity(event, changed)
        return changed

    def routes(self, event: Event) -> tuple[MatchedRoute, ...]:
        """Whom to tell of an event that `classify` has returned, in the order of the file; () is nobody."""
        return tuple(told for node in self._route.matching(event) for told in node.told)

    def ending(self, event: Event, route: MatchedRoute) -> Ending:
        """How the problem ends that this event is about; what is no problem, or a moment, has no ending."""
        return self._recoveries.ending(event.reason, event.involved_object.kind, route.resolve_after)

    def recovery(self, event: Event) -> Recovery | None:
        """Which problems of its object the event ends; None if it ends nothing."""
        return self._recoveries.recovery(event)

    def recovery_groups(self, event: Event) -> tuple[GroupRef, ...]:
        """Every group that may hold a problem that this event ends, each once.

        There may be groups among them in which it is not, or which are not there at all: what a problem's
        event said besides its object and reason is not known here. Groups by what a recovery cannot know
        (`unknowable` in pseudo_events.py) are not found.
        """
        recovery = self._recoveries.recovery(event)
        found: dict[str, GroupRef] = {}
        for problem in sorted(recovery.problems) if recovery else ():
            (plain,) = problem_events(event, problem, ())
            for node in self._route.possible(plain):
                for route in node.told:
                    for one in problem_events(event, problem, route.group_by):
                        ref = group_of(route, one)
                        found[ref.key] = ref
        return tuple(found.values())

    def sources(self, event: Event) -> tuple[SourceMark, ...]:
        """What is to be remembered because this event inhibits others."""
        return self._inhibitions.sources(event)

    def inhibitors(self, event: Event) -> tuple[str, ...]:
        """Keys of the sources that mute this event while they last."""
        return self._inhibitions.inhibitors(event)

    def ended_sources(self, event: Event) -> tuple[tuple[str, str], ...]:
        """Keys of sources, and their object, that may be over with this event."""
        recovery = self._recoveries.recovery(event)
        return self._inhibitions.ended(event, recovery.problems) if recovery else ()
