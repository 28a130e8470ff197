"""Which routes events can come to, and what those events can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from eventcore.rules import CompiledRoute, CompiledRules
from kube_events.rules.analysis.severities import Judge, final, judges_of
from kube_events.rules.analysis.terms import EVERYTHING, Term, both, terms_of


class Reached(NamedTuple):
    """A route, and what may come to it; what earlier siblings take is not taken off."""

    route: CompiledRoute
    parent: CompiledRoute | None
    terms: tuple[Term, ...]


def reached(rules: CompiledRules) -> Iterator[Reached]:
    """All routes, parents first. Of those that cannot be followed, everything is taken to come to them."""
    yield from _below(judges_of(rules.severity), rules.route, None, EVERYTHING)


def _below(
    judges: Sequence[Judge], route: CompiledRoute, parent: CompiledRoute | None, terms: tuple[Term, ...]
) -> Iterator[Reached]:
    yield Reached(route, parent, terms)
    for child in route.routes:
        yield from _below(judges, child, route, _entering(judges, child, terms))


def _entering(judges: Sequence[Judge], route: CompiledRoute, terms: Sequence[Term]) -> tuple[Term, ...]:
    own = terms_of(route.match)
    together = None if own is None else both(terms, own)
    if together is None:
        return EVERYTHING
    return tuple(known for term in together for known in final(term, judges))
