"""Conditions as patterns of our language, and several of them together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Pattern = dict[str, Any]


class Condition(NamedTuple):
    """A condition on events."""

    match: Pattern | None
    """None: every event meets it, if not `never`."""
    never: bool = False

    @property
    def always(self) -> bool:
        """Whether every event meets it."""
        return self.match is None and not self.never


def put(pattern: Pattern, place: tuple[str, ...], values: list[Any]) -> None:
    """Add the values of a field that the pattern does not have yet."""
    for name in place[:-1]:
        pattern = pattern.setdefault(name, {})
    pattern[place[-1]] = values


def together(conditions: Sequence[Condition]) -> list[Pattern]:
    """Patterns that, one below the other, ask for all the conditions; none of them is `never`.

    Conditions on different fields go into one pattern; a pattern names a field once.
    """
    found: list[Pattern] = []
    for condition in conditions:
        if condition.match is None or condition.match in found:
            continue
        for at, one in enumerate(found):
            merged = _merged(one, condition.match)
            if merged is not None:
                found[at] = merged
                break
        else:
            found.append(condition.match)
    return found


def _merged(left: Pattern, right: Pattern) -> Pattern | None:
    merged = dict(left)
    for name, value in right.items():
        if name not in left:
            merged[name] = value
        elif isinstance(value, dict) and isinstance(left[name], dict):
            inner = _merged(left[name], value)
            if inner is None:
                return None
            merged[name] = inner
        elif left[name] != value:
            return None
    return merged
