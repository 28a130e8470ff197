"""A leaf of a pattern: the alternatives of one field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eventcore.patterns import operators
from eventcore.patterns.errors import Refused
from eventcore.patterns.numeric import numeric
from eventcore.patterns.operators import Scalar, Test, is_number
from eventcore.patterns.places import Trail, is_absent, leaves

Matcher = Callable[[Any, Any], bool]
"""Tests what the event has at a place, ABSENT where it has nothing; beside it comes the whole event."""

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
"""The operators on a value. `exists` is about the place instead."""

OPERATOR_NAMES = ("exists", *OPERATORS)


class Leaf:
    """The alternatives of one field. Exact values are looked up, the others are tried in turn."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._strings: set[str] = set()
        self._numbers: set[float] = set()
        self._constants: list[bool | None] = []
        self._tests: list[Test] = []
        self._exists: set[bool] = set()

    def add(self, value: object) -> None:
        """Add an alternative.

        Raises:
            Refused: it is none.
        """
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
            raise Refused(f"an object of one operator: {', '.join(OPERATOR_NAMES)}")
        ((name, operand),) = value.items()
        if name == "exists":
            if not isinstance(operand, bool):
                raise Refused("true or false after exists")
            self._exists.add(operand)
        elif isinstance(name, str) and name in OPERATORS:
            self._tests.append(OPERATORS[name](operand))
        else:
            raise Refused(f"one of the operators {', '.join(OPERATOR_NAMES)}")

    def matches_absent(self) -> bool:
        """Whether it matches where the event has nothing."""
        return False in self._exists

    def scalar_matcher(self) -> Test:
        """A test of one value, with the alternatives added so far."""
        if len(self._tests) == 1 and not (
            self._strings or self._numbers or self._constants or True in self._exists
        ):
            return self._tests[0]
        strings, numbers = frozenset(self._strings), frozenset(self._numbers)
        constants, tests = tuple(self._constants), tuple(self._tests)
        when_present = True in self._exists

        def one(value: Scalar) -> bool:
            if isinstance(value, str):
                if value in strings:
                    return True
            elif value is None or isinstance(value, bool):
                if any(value is constant for constant in constants):
                    return True
            elif value in numbers:
                return True
            return when_present or any(test(value) for test in tests)

        return one

    def matcher(self) -> Matcher:
        """A test of the field, whatever stands there, with the alternatives added so far."""
        one, when_absent, trail = self.scalar_matcher(), self.matches_absent(), self._trail

        def matches(found: Any, event: Any) -> bool:
            if one(found) if isinstance(found, str) else any(map(one, leaves(found))):
                return True
            return when_absent and is_absent(event, trail)

        return matches
