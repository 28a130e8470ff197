"""Patterns in the order in which they are asked, and whether those before leave anything to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kube_events.rules.analysis.terms import Term, covered


class Taker(NamedTuple):
    """Takes every event of its terms from whatever is asked later."""

    path: str
    terms: tuple[Term, ...]


def taken_by(terms: Sequence[Term], takers: Sequence[Taker]) -> tuple[str, ...]:
    """The paths of those that together take all of the terms, the fewest that are found; () if none do."""
    for taker in takers:
        if _all_covered(terms, [taker]):
            return (taker.path,)
    if not _all_covered(terms, takers):
        return ()
    needed = list(takers)
    for taker in takers:
        rest = [other for other in needed if other is not taker]
        if _all_covered(terms, rest):
            needed = rest
    return tuple(taker.path for taker in needed)


def _all_covered(terms: Sequence[Term], takers: Sequence[Taker]) -> bool:
    covers = [term for taker in takers for term in taker.terms]
    return bool(terms) and all(covered(term, covers) for term in terms)
