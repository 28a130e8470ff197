"""Finds the patterns that can match an event by their exact fields, so that the others need not be tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from eventcore.event import Event

_FIELDS: tuple[tuple[str, ...], ...] = (
    ("reason",),
    ("involvedObject", "name"),
    ("node",),
    ("involvedObject", "namespace"),
    ("source", "component"),
    ("cluster", "name"),
    ("involvedObject", "kind"),
    ("severity",),
    ("type",),
)
"""By which a pattern is filed; what tells events apart best comes first. Each is one string in an event, ""
where it has none, which the wire leaves out and no pattern can name."""

_READ: Mapping[tuple[str, ...], Callable[[Event], str]] = {
    field: attrgetter(".".join(field).replace("involvedObject", "involved_object")) for field in _FIELDS
}


class ExactIndex:
    """Positions of patterns, in their order. None stands for a pattern that matches everything."""

    def __init__(self, patterns: Sequence[Mapping[str, Any] | None]) -> None:
        self._always: list[int] = []
        filed: dict[tuple[str, ...], dict[str, list[int]]] = {}
        for position, pattern in enumerate(patterns):
            field, values = _exact_field(pattern)
            if field is None:
                self._always.append(position)
            for value in values:
                filed.setdefault(field or (), {}).setdefault(value, []).append(position)
        self._filed = [(_READ[field], by_value) for field, by_value in filed.items()]

    def candidates(self, event: Event) -> Sequence[int]:
        """Positions, ascending, of all patterns that may match; those left out cannot."""
        found = self._always
        lists = 1 if found else 0
        for read, by_value in self._filed:
            positions = by_value.get(read(event))
            if positions:
                found = found + positions if lists else positions
                lists += 1
        return sorted(found) if lists > 1 else found


def exact_values(pattern: Mapping[str, Any] | None) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    """The fields by which patterns are filed of which `pattern` demands one of some strings, and those."""
    for field in _FIELDS if pattern else ():
        values = _at(pattern, field)
        if isinstance(values, list) and values and all(isinstance(value, str) for value in values):
            yield field, frozenset(values) - {""}


def _exact_field(pattern: Mapping[str, Any] | None) -> tuple[tuple[str, ...] | None, frozenset[str]]:
    """The best of them; None if there is none."""
    return next(exact_values(pattern), (None, frozenset()))


def _at(found: Any, field: tuple[str, ...]) -> Any:
    for name in field:
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found
