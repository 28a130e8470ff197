"""Compiles a pattern to a test of an event. What it says of single values is read off the struct; the view,
which costs more than all of that together, is made where it says something else, and then once for all
patterns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eventcore.event import Event
from eventcore.patterns import compile_pattern
from eventcore.patterns.errors import Refused
from eventcore.patterns.leaf import Leaf
from eventcore.patterns.places import ABSENT, Trail
from eventcore.rules.struct_fields import Reader, reader
from eventcore.wire import as_view

EventTest = Callable[[Event], bool]


class Views:
    """Makes an event a view, and remembers the last one: rules ask many times about the same event."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: tuple[Event, dict[str, Any]] | None = None

    def __call__(self, event: Event) -> dict[str, Any]:
        last = self._last
        if last is not None and last[0] is event:
            return last[1]
        view = as_view(event)
        self._last = event, view
        return view

    def with_severity(self, event: Event, changed: Event) -> None:
        """Keep what is known: `changed` is `event` but for its severity."""
        last = self._last
        if last is not None and last[0] is event:
            self._last = changed, last[1] | {"severity": changed.severity}


def compile_for_events(pattern: Mapping[str, Any] | None, views: Views, *, path: str) -> EventTest | None:
    """The test of `pattern`, which says what `compile_pattern(pattern).matches(as_view(event))` says.

    Args:
        pattern: decoded; None matches everything, and then there is nothing to test.
        views: makes views, where they are needed.
        path: where the pattern stands; faults are named from there.

    Raises:
        PatternError: it carries all faults of what cannot be read off the struct, or one of the rest.
    """
    if pattern is None:
        return None
    tests, rest = _split(pattern, ())
    if rest or not tests:
        whole = compile_pattern(rest or pattern, path=path)
        tests.append(lambda event: whole.matches(views(event)))
    return tests[0] if len(tests) == 1 else _all(tests)


def _split(pattern: Mapping[str, Any], trail: Trail) -> tuple[list[EventTest], dict[str, Any]]:
    """Tests of the struct, and what is left of the pattern. Both have to hold: no array is on the way."""
    tests: list[EventTest] = []
    rest: dict[str, Any] = {}
    for name, value in pattern.items():
        place = (*trail, name)
        if name == "$or":
            test = _any(value, trail)
            if test is None:
                rest[name] = value
            else:
                tests.append(test)
        elif isinstance(value, dict) and value and len(trail) < _LEVELS:
            inner, left = _split(value, place)
            tests.extend(inner)
            if left:
                rest[name] = left
        else:
            test = _leaf(value, place)
            if test is None:
                rest[name] = value
            else:
                tests.append(test)
    return tests, rest


_LEVELS = 3
"""Of the struct: involvedObject, labels, a name. What is deeper is none of it."""


def _any(options: object, trail: Trail) -> EventTest | None:
    """$or, if every alternative can be read off the struct."""
    if not isinstance(options, list) or len(options) < 2:
        return None
    tests: list[EventTest] = []
    for option in options:
        if not isinstance(option, dict) or "$or" in option:
            return None
        found, rest = _split(option, trail)
        if rest or not found:
            return None
        tests.append(found[0] if len(found) == 1 else _all(found))
    return lambda event: any(test(event) for test in tests)


def _leaf(values: object, trail: Trail) -> EventTest | None:
    if not isinstance(values, list) or not values:
        return None
    read = reader(trail)
    if read is None:
        return None
    if all(isinstance(value, str) for value in values):
        strings = frozenset(values)
        return lambda event: read(event) in strings
    return _operators(values, trail, read)


def _operators(values: list[object], trail: Trail, read: Reader) -> EventTest | None:
    leaf = Leaf(trail)
    try:
        for value in values:
            leaf.add(value)
    except Refused:
        return None  # compiling the rest names it
    matches = leaf.scalar_matcher()
    if leaf.matches_absent():
        return lambda event: (found := read(event)) is ABSENT or matches(found)
    return lambda event: (found := read(event)) is not ABSENT and matches(found)


def _all(tests: list[EventTest]) -> EventTest:
    if len(tests) == 2:
        one, two = tests
        return lambda event: one(event) and two(event)
    return lambda event: all(test(event) for test in tests)
