"""Compiles a pattern to a function of the event: objects nest as in the event, lists hold alternatives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventcore.faults import Fault, child, item, shown
from eventcore.patterns.errors import PatternError, Refused
from eventcore.patterns.leaf import OPERATOR_NAMES, Leaf, Matcher
from eventcore.patterns.places import ABSENT, Trail, objects

MAX_DEPTH = 16
"""Levels of nesting. The event has four; a YAML alias can make a pattern that contains itself."""


class Pattern:
    """A compiled pattern."""

    __slots__ = ("_matches",)

    def __init__(self, matches: Matcher) -> None:
        self._matches = matches

    def matches(self, view: Mapping[str, Any]) -> bool:
        """Whether the event, as `wire.as_view` shows it, meets every condition of the pattern."""
        return self._matches(view, view)


def compile_pattern(pattern: object, *, path: str = "") -> Pattern:
    """Compile a pattern.

    Args:
        pattern: decoded JSON or YAML.
        path: where in its document the pattern stands; faults are named from there.

    Raises:
        PatternError: it carries all faults of the pattern.
    """
    compiler = _Compiler()
    matcher = compiler.fields(pattern, path, ())
    if compiler.faults:
        raise PatternError(compiler.faults)
    return Pattern(matcher)


class _Compiler:
    """Goes on after a fault, so that one run names them all; the matcher is then thrown away."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fields(
        self, pattern: object, path: str, trail: Trail, depth: int = 0, *, in_or: bool = False
    ) -> Matcher:
        if not isinstance(pattern, dict) or not pattern:
            return self._fault(path, pattern, 'an object of fields, such as {"reason": ["BackOff"]}')
        if depth > MAX_DEPTH:
            return self._fault(path, pattern, f"at most {MAX_DEPTH} levels of nesting")
        found: list[tuple[str, Matcher]] = []
        alternatives: list[Matcher] = []
        for name, value in pattern.items():
            place = child(path, name)
            if name == "$or":
                alternatives.append(self._or(value, place, trail, depth))
            elif not isinstance(name, str):
                self._fault(place, name, "the name of a field; put it in quotes")
            elif in_or and name in OPERATOR_NAMES:
                self._fault(place, name, "a field: operators stand in the list of a field's values")
            else:
                found.append((name, self._field(value, place, (*trail, name), depth)))
        return _all_of(found, alternatives)

    def _field(self, value: object, path: str, trail: Trail, depth: int) -> Matcher:
        if isinstance(value, list):
            return self._values(value, path, trail)
        if isinstance(value, dict):
            return self.fields(value, path, trail, depth + 1)
        name = trail[-1]
        if name in OPERATOR_NAMES:
            return self._fault(path, value, f"a list, also of one operator: [{{{name}: {shown(value)}}}]")
        return self._fault(path, value, f"a list of values, such as [{shown(value)}], or an object of fields")

    def _or(self, value: object, path: str, trail: Trail, depth: int) -> Matcher:
        if not isinstance(value, list) or len(value) < 2:
            return self._fault(path, value, "a list of at least two objects of fields")
        options = [
            self.fields(one, item(path, at), trail, depth + 1, in_or=True) for at, one in enumerate(value)
        ]
        return lambda found, event: any(option(found, event) for option in options)

    def _values(self, values: list[object], path: str, trail: Trail) -> Matcher:
        if not values:
            return self._fault(path, values, "at least one value: an empty list matches nothing")
        leaf = Leaf(trail)
        for at, value in enumerate(values):
            try:
                leaf.add(value)
            except Refused as refused:
                self._fault(item(path, at), value, refused.allowed)
        return leaf.matcher()

    def _fault(self, path: str, value: object, allowed: str) -> Matcher:
        self.faults.append(Fault(path, value, allowed))
        return lambda *_: False


def _all_of(fields: list[tuple[str, Matcher]], alternatives: list[Matcher]) -> Matcher:
    """Every field and every $or. Of an array, one element has to meet them all."""

    def matches(found: Any, event: Any) -> bool:
        if isinstance(found, list):
            holders = objects(found) or [{}]  # an array without objects has no fields
            return any(matches(holder, event) for holder in holders)
        held = found if isinstance(found, dict) else {}
        return all(test(held.get(name, ABSENT), event) for name, test in fields) and all(
            test(found, event) for test in alternatives
        )

    return matches
