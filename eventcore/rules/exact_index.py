"""Finds the patterns that can match an event by their exact fields, so that the others need not be tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

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


class _Demand(NamedTuple):
    """A field has to be one of these strings, or begin with one of those."""

    field: tuple[str, ...]
    exact: frozenset[str]
    starts: frozenset[str] = frozenset()


class ExactIndex:
    """Positions of patterns, in their order. None stands for a pattern that matches everything."""

    def __init__(self, patterns: Sequence[Mapping[str, Any] | None]) -> None:
        self._always: list[int] = []
        exact: dict[tuple[str, ...], dict[str, list[int]]] = {}
        starts: dict[tuple[tuple[str, ...], int], dict[str, list[int]]] = {}
        for position, pattern in enumerate(patterns):
            demand = _best_demand(pattern)
            if demand is None:
                self._always.append(position)
                continue
            for value in demand.exact:
                exact.setdefault(demand.field, {}).setdefault(value, []).append(position)
            for start in demand.starts:
                filed = starts.setdefault((demand.field, len(start)), {})
                filed.setdefault(start, []).append(position)
        self._exact = [(_READ[field], filed) for field, filed in exact.items()]
        self._starts = [(_READ[field], length, filed) for (field, length), filed in starts.items()]

    def candidates(self, event: Event) -> Sequence[int]:
        """Positions, ascending, of all patterns that may match; those left out cannot."""
        found = self._always
        lists = 1 if found else 0
        for read, filed in self._exact:
            positions = filed.get(read(event))
            if positions:
                found = found + positions if lists else positions
                lists += 1
        for read, length, filed in self._starts:
            positions = filed.get(read(event)[:length])
            if positions:
                found = found + positions if lists else positions
                lists += 1
        return sorted(set(found)) if lists > 1 else found


def exact_values(pattern: Mapping[str, Any] | None) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    """The fields by which patterns are filed of which `pattern` demands one of some strings, and those."""
    for demand in _demands(pattern):
        if not demand.starts:
            yield demand.field, demand.exact


_TELLING = 5
"""So many fields tell events apart; the others have few values, of which most events have the same."""


def _best_demand(pattern: Mapping[str, Any] | None) -> _Demand | None:
    """Of fields that tell events apart, exact values go before beginnings; those of the others come last."""
    return min(_demands(pattern), key=_rank, default=None)


def _rank(demand: _Demand) -> tuple[bool, bool, int]:
    place = _FIELDS.index(demand.field)
    return place >= _TELLING, bool(demand.starts), place


def _demands(pattern: Mapping[str, Any] | None) -> Iterator[_Demand]:
    for field in _FIELDS if pattern else ():
        values = _at(pattern, field)
        if isinstance(values, list) and values:
            exact = {value for value in values if isinstance(value, str)}
            starts = [_start(value) for value in values if not isinstance(value, str)]
            if all(starts):
                yield _Demand(field, frozenset(exact - {""}), frozenset(start for start in starts if start))


def _start(operator: object) -> str:
    """What a value has to begin with for `prefix` or `wildcard`; "" is anything."""
    if not isinstance(operator, dict) or len(operator) != 1:
        return ""
    ((name, operand),) = operator.items()
    if not isinstance(operand, str) or name not in ("prefix", "wildcard"):
        return ""
    return operand if name == "prefix" else operand.partition("*")[0].partition("\\")[0]


def _at(found: Any, field: tuple[str, ...]) -> Any:
    for name in field:
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found
