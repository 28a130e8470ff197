"""The way of one event through a rule file: whatever is asked of it, in the order in which it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from eventcore.event import Event
from eventcore.faults import item
from eventcore.rules import CompiledRoute, CompiledRules
from eventcore.wire import as_view
from kube_events.rules.conditions import Condition, conditions_of


class Step(NamedTuple):
    """A pattern that the event is held against, or is not any more."""

    path: str
    depth: int = 0
    """In the routing tree; 0 is the root, and whatever is in a list."""
    conditions: tuple[Condition, ...] = ()
    asked: bool = True
    ends: bool = False
    """Of a route: none of its own routes takes the event, so it has it itself."""

    @property
    def matches(self) -> bool:
        return self.asked and all(each.holds for each in self.conditions)


class Inhibition(NamedTuple):
    """One inhibition, and on which sides of it the event stands."""

    source: Step
    target: Step


class Trace(NamedTuple):
    """All of it. What comes after a drop is empty."""

    drop: tuple[Step, ...]
    severity: tuple[Step, ...]
    routes: tuple[Step, ...]
    inhibitions: tuple[Inhibition, ...]
    event: Event | None
    """With its final severity; None: dropped."""


def trace(rules: CompiledRules, event: Event) -> Trace:
    """Hold an event against compiled rules, as `Ruleset` does, but ask for every reason."""
    view = as_view(event)
    drop = _first_of(rules.drop, "drop", view)
    if any(step.matches for step in drop):
        return Trace(drop, (), (), (), None)
    severity = _first_of([rule.match for rule in rules.severity], "severity", view)
    for rule, step in zip(rules.severity, severity, strict=True):
        if step.matches:
            event = replace(event, severity=rule.severity)
    view = as_view(event)
    routes = tuple(_walked(rules.route, view, 0))
    inhibitions = tuple(
        Inhibition(
            Step(f"{path}.source", conditions=conditions_of(each.source, view)),
            Step(f"{path}.target", conditions=conditions_of(each.target, view)),
        )
        for path, each in ((item("inhibit", at), each) for at, each in enumerate(rules.inhibit))
    )
    return Trace(drop, severity, routes, inhibitions, event)


def _first_of(patterns: Sequence[Mapping[str, Any]], path: str, view: Mapping[str, Any]) -> tuple[Step, ...]:
    """A list in which the first that matches decides."""
    steps: list[Step] = []
    decided = False
    for at, pattern in enumerate(patterns):
        step = Step(
            item(path, at), conditions=() if decided else conditions_of(pattern, view), asked=not decided
        )
        steps.append(step)
        decided = decided or step.matches
    return tuple(steps)


def _walked(route: CompiledRoute, view: Mapping[str, Any], depth: int) -> list[Step]:
    """A route that lets the event in, and what is below it."""
    below: list[Step] = []
    taken = held = False
    for child in route.routes:
        conditions = () if taken else conditions_of(child.match or {}, view)
        step = Step(child.path, depth + 1, conditions, asked=not taken)
        if not step.matches:
            below.append(step)
            continue
        inner = _walked(child, view, depth + 1)
        below += [inner[0]._replace(conditions=conditions), *inner[1:]]
        held, taken = True, not child.continues
    return [Step(route.path, depth, ends=not held), *below]
