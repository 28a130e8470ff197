"""Which conditions of a pattern hold for an event and which do not: what was asked, and what was there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from eventcore.faults import child, shown
from eventcore.patterns import compile_pattern
from eventcore.patterns.places import ABSENT, leaves, objects

_MANY = 5
"""Elements of an array that are shown."""


class Condition(NamedTuple):
    """One condition of a pattern, held against an event."""

    path: str
    """Of the field in the event, such as involvedObject.kind; of alternatives, where they stand."""
    expected: str
    found: str
    holds: bool
    alternatives: tuple[tuple[Condition, ...], ...] = ()
    """Of `$or`: one of them has to hold as a whole."""

    def lines(self, indent: str = "") -> Iterator[str]:
        """For a terminal: a line, and below it the alternatives."""
        mark = "yes" if self.holds else "no "
        if not self.alternatives:
            yield f"{indent}{mark} {self.path}: expected {self.expected}, found {self.found}"
            return
        yield f"{indent}{mark} {self.path}: expected one of"
        for at, conditions in enumerate(self.alternatives, 1):
            yield f"{indent}    {at}."
            for condition in conditions:
                yield from condition.lines(f"{indent}       ")


def conditions_of(pattern: Mapping[str, Any], view: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Each condition of the pattern; it matches the event if all of them hold.

    Args:
        pattern: one that is known to be right.
        view: the event, as `wire.as_view` shows it.
    """
    return tuple(_conditions(pattern, view, ()))


def _conditions(
    pattern: Mapping[str, Any], view: Mapping[str, Any], trail: tuple[str, ...]
) -> Iterator[Condition]:
    for name, value in pattern.items():
        if name == "$or":
            alternatives = tuple(tuple(_conditions(option, view, trail)) for option in value)
            holds = any(all(each.holds for each in option) for option in alternatives)
            yield Condition(_path((*trail, name)), "", "", holds, alternatives)
        elif isinstance(value, dict) and not _is_array(view, (*trail, name)):
            yield from _conditions(value, view, (*trail, name))
        else:
            yield _condition(value, view, (*trail, name))


def _condition(value: Any, view: Mapping[str, Any], trail: tuple[str, ...]) -> Condition:
    """A field's own list; or what one element of an array has to have, which is asked as a whole."""
    whole: Any = value
    for name in reversed(trail):
        whole = {name: whole}
    holds = compile_pattern(whole).matches(view)
    return Condition(_path(trail), _expected(value), _found(view, trail), holds)


def _is_array(view: Mapping[str, Any], trail: tuple[str, ...]) -> bool:
    return isinstance(_at(view, trail), list)


def _at(view: Any, trail: tuple[str, ...]) -> Any:
    for name in trail:
        view = view.get(name, ABSENT) if isinstance(view, Mapping) else ABSENT
    return view


def _expected(value: Any) -> str:
    if isinstance(value, dict):
        return f"an element with {shown(value)}"
    return shown(value[0]) if len(value) == 1 else f"one of {shown(value)}"


def _found(view: Mapping[str, Any], trail: tuple[str, ...]) -> str:
    found = _at(view, trail)
    if isinstance(found, list):
        elements = objects(found) or leaves(found)
        return shown(elements[:_MANY]) + ("…" if len(elements) > _MANY else "")
    return "nothing" if found is ABSENT else shown(found)


def _path(trail: tuple[str, ...]) -> str:
    path = ""
    for name in trail:
        path = child(path, name)
    return path
