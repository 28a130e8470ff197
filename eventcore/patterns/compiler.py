"""Compiles a pattern to a function of the event: objects nest as in the event, lists hold alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from eventcore.faults import Fault, child, item, shown
from eventcore.patterns import operators
from eventcore.patterns.errors import PatternError, Refused
from eventcore.patterns.numeric import numeric
from eventcore.patterns.operators import Test, is_number

Matcher = Callable[[Any], bool]
"""Tests what the event has at a place of the pattern; ABSENT where it has nothing there."""

ABSENT: Any = object()

MAX_DEPTH = 16
"""Levels of nesting. The event has four; a YAML alias can make a pattern that contains itself."""

OPERATORS: Mapping[str, Callable[[object], Test]] = {
    "prefix": operators.prefix,
    "suffix": operators.suffix,
    "anything-but": operators.anything_but,
    "numeric": numeric,
    "wildcard": operators.wildcard,
    "equals-ignore-case": operators.equals_ignore_case,
    "cidr": operators.cidr,
    "regex": operators.regex,
}
"""Every operator on a value. `exists` looks at the place instead and is compiled here."""

_OPERATOR_NAMES = ", ".join(("exists", *OPERATORS))


class Pattern:
    """A compiled pattern."""

    __slots__ = ("_matches",)

    def __init__(self, matches: Matcher) -> None:
        self._matches = matches

    def matches(self, view: Mapping[str, Any]) -> bool:
        """Whether the event, as `wire.as_view` shows it, meets every condition of the pattern."""
        return self._matches(view)


def compile_pattern(pattern: object, *, path: str = "") -> Pattern:
    """Compile a pattern.

    Args:
        pattern: decoded JSON or YAML.
        path: where in its document the pattern stands; faults are named from there.

    Raises:
        PatternError: it carries all faults of the pattern.
    """
    compiler = _Compiler()
    matcher = compiler.fields(pattern, path, depth=0)
    if compiler.faults:
        raise PatternError(compiler.faults)
    return Pattern(matcher)


class _Compiler:
    """Goes on after a fault, so that one run names them all; the matcher is then thrown away."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fields(self, pattern: object, path: str, depth: int, *, in_or: bool = False) -> Matcher:
        if not isinstance(pattern, dict) or not pattern:
            return self._fault(path, pattern, 'an object of fields, such as {"reason": ["BackOff"]}')
        if depth > MAX_DEPTH:
            return self._fault(path, pattern, f"at most {MAX_DEPTH} levels of nesting")
        found: list[tuple[str, Matcher]] = []
        alternatives: list[Matcher] = []
        for name, value in pattern.items():
            place = child(path, name)
            if name == "$or":
                alternatives.append(self._or(value, place, depth))
            elif not isinstance(name, str):
                self._fault(
                    place, name, "the name of a field, in quotes where YAML reads it as something else"
                )
            elif in_or and (name in OPERATORS or name == "exists"):
                self._fault(place, name, "a field: operators stand in the list of a field's values")
            else:
                found.append((name, self._field(name, value, place, depth)))
        return _all_of(found, alternatives)

    def _field(self, name: str, value: object, path: str, depth: int) -> Matcher:
        if isinstance(value, list):
            return self._values(value, path)
        if isinstance(value, dict):
            return self.fields(value, path, depth + 1)
        if name in OPERATORS or name == "exists":
            return self._fault(path, value, f"operators stand in a list: [{{{name}: {shown(value)}}}]")
        return self._fault(path, value, f"a list of values, such as [{shown(value)}], or an object of fields")

    def _or(self, value: object, path: str, depth: int) -> Matcher:
        if not isinstance(value, list) or len(value) < 2:
            return self._fault(path, value, "a list of at least two objects of fields")
        options = [self.fields(one, item(path, at), depth + 1, in_or=True) for at, one in enumerate(value)]
        return lambda found: any(option(found) for option in options)

    def _values(self, values: list[object], path: str) -> Matcher:
        if not values:
            return self._fault(path, values, "at least one value: an empty list matches nothing")
        leaf = _Leaf()
        for at, value in enumerate(values):
            try:
                leaf.add(value)
            except Refused as refused:
                self._fault(item(path, at), value, refused.allowed)
        return leaf.matcher()

    def _fault(self, path: str, value: object, allowed: str) -> Matcher:
        self.faults.append(Fault(path, value, allowed))
        return lambda _: False


class _Leaf:
    """The alternatives of one field. Exact values are looked up, the others are tried in turn."""

    def __init__(self) -> None:
        self._strings: set[str] = set()
        self._numbers: set[float] = set()
        self._constants: list[bool | None] = []
        self._tests: list[Test] = []
        self._exists: set[bool] = set()

    def add(self, value: object) -> None:
        if isinstance(value, str):
            self._strings.add(value)
        elif value is None or isinstance(value, bool):
            self._constants.append(value)
        elif is_number(value):
            self._numbers.add(value)
        elif isinstance(value, dict):
            self._add_operator(value)
        else:
            raise Refused("a string, a number, true, false, null or an operator")

    def _add_operator(self, value: Mapping[object, object]) -> None:
        if len(value) != 1:
            raise Refused(f"an object of one operator: {_OPERATOR_NAMES}")
        ((name, operand),) = value.items()
        if name == "exists":
            if not isinstance(operand, bool):
                raise Refused("true or false after exists")
            self._exists.add(operand)
        elif isinstance(name, str) and name in OPERATORS:
            self._tests.append(OPERATORS[name](operand))
        else:
            raise Refused(f"one of the operators {_OPERATOR_NAMES}")

    def matcher(self) -> Matcher:
        strings, numbers = frozenset(self._strings), frozenset(self._numbers)
        constants, tests = tuple(self._constants), tuple(self._tests)
        when_present, when_absent = True in self._exists, False in self._exists

        def one(value: Any) -> bool:
            if isinstance(value, str):
                if value in strings:
                    return True
            elif value is None or isinstance(value, bool):
                if any(value is constant for constant in constants):
                    return True
            elif value in numbers:
                return True
            return when_present or any(test(value) for test in tests)

        def matches(found: Any) -> bool:
            if found is ABSENT or isinstance(found, dict):
                return when_absent  # an object is no leaf: EventBridge's exists sees only leaves
            if isinstance(found, list):
                leaves = list(_leaves(found))
                return any(map(one, leaves)) if leaves else when_absent
            return one(found)

        return matches


def _all_of(fields: list[tuple[str, Matcher]], alternatives: list[Matcher]) -> Matcher:
    """Every field and every $or. Of an array, one element has to meet them all."""

    def matches(found: Any) -> bool:
        if isinstance(found, list):
            return any(map(matches, _objects(found)))
        held = found if isinstance(found, dict) else {}
        return all(test(held.get(name, ABSENT)) for name, test in fields) and all(
            test(found) for test in alternatives
        )

    return matches


def _leaves(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from _leaves(value)
        elif not isinstance(value, dict):
            yield value


def _objects(values: list[Any]) -> Iterator[dict[str, Any]]:
    for value in values:
        if isinstance(value, list):
            yield from _objects(value)
        elif isinstance(value, dict):
            yield value
