"""Drop rules: patterns of events that are not shipped, in the language of docs/rules.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eventcore.event import Event
from eventcore.faults import Fault, child, item
from eventcore.patterns import PatternError, compile_pattern
from eventcore.rules.exact_index import ExactIndex
from eventcore.rules.pattern_fields import field_faults
from eventcore.wire import as_view

RawPattern = Mapping[str, Any]

_FILLED_LATER = frozenset(
    {
        ("notEnriched",),
        ("involvedObject", "annotations"),
        ("involvedObject", "labels"),
        ("involvedObject", "owners"),
    }
)
"""What --enrich adds to the events that are left: looking up what is then dropped would be for nothing."""


def drop_faults(patterns: Sequence[RawPattern]) -> Iterator[Fault]:
    """What in the patterns can never match an event, or is no pattern; paths are such as drop[0].reason."""
    for at, pattern in enumerate(patterns):
        path = item("drop", at)
        faults: list[Fault] = []
        try:
            compile_pattern(pattern, path=path)
        except PatternError as error:
            faults += error.faults
        named = {fault.path for fault in faults}
        yield from faults
        yield from (fault for fault in field_faults(pattern, path) if fault.path not in named)
        yield from _filled_later(pattern, path, ())


def _filled_later(pattern: object, path: str, trail: tuple[str, ...]) -> Iterator[Fault]:
    if trail in _FILLED_LATER:
        yield Fault(path, trail[-1], "a field that an event has before --enrich looks up its object")
    elif isinstance(pattern, dict) and len(trail) < max(map(len, _FILLED_LATER)):
        for name, value in pattern.items():
            place = child(path, name)
            if name == "$or":
                for at, option in enumerate(value if isinstance(value, list) else ()):
                    yield from _filled_later(option, item(place, at), trail)
            else:
                yield from _filled_later(value, place, (*trail, str(name)))


class DropRules:
    """Compiled drop rules."""

    def __init__(self, patterns: Sequence[RawPattern]) -> None:
        """Raises PatternError for what `drop_faults` finds to be no pattern."""
        self._index = ExactIndex(patterns)
        self._compiled = [
            compile_pattern(pattern, path=item("drop", at)) for at, pattern in enumerate(patterns)
        ]

    def drop(self, event: Event) -> bool:
        """Whether one of them matches."""
        view = as_view(event)
        return any(self._compiled[at].matches(view) for at in self._index.candidates(event))
