"""Patterns in order, behind an index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eventcore.event import Event
from eventcore.rules.event_pattern import Views, compile_for_events
from eventcore.rules.exact_index import ExactIndex


class PatternList:
    """Compiled patterns in order, of which only those are tried that can match."""

    def __init__(self, patterns: Sequence[Mapping[str, Any] | None], views: Views, *, path: str) -> None:
        """Compile them. None matches everything.

        Raises:
            PatternError: one of them means nothing; `path[position]` is its place.
        """
        self._index = ExactIndex(patterns)
        self._tests = [
            compile_for_events(pattern, views, path=f"{path}[{at}]") for at, pattern in enumerate(patterns)
        ]

    def matching(self, event: Event) -> Iterator[int]:
        """Positions of the patterns that match, ascending, each tried when it is asked for."""
        for position in self._index.candidates(event):
            test = self._tests[position]
            if test is None or test(event):
                yield position

    def first(self, event: Event) -> int | None:
        """Position of the first pattern that matches."""
        return next(self.matching(event), None)
