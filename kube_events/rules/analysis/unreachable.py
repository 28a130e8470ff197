"""Rules that no event ever comes to: contradictory ones, and those behind others that take everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eventcore.faults import item
from eventcore.rules import CompiledRoute, CompiledRules
from kube_events.rules.analysis.severities import final, judges_of, of_table
from kube_events.rules.analysis.taken import Taker, taken_by
from kube_events.rules.analysis.terms import (
    EVERYTHING,
    SEVERITY,
    Term,
    both,
    contradictions,
    joined,
    raw_terms,
    terms_of,
    without,
)
from kube_events.rules.analysis.warning import Odd, listed


def unreachable(rules: CompiledRules) -> Iterator[Odd]:
    """A warning for each drop pattern, severity rule and route that is proven to be without effect."""
    drops: list[Taker] = []
    for at, pattern in enumerate(rules.drop):
        yield from _in_list(pattern, item("drop", at), drops)
    judges: list[Taker] = []
    for at, rule in enumerate(rules.severity):
        path = item("severity", at)
        odd = list(_in_list(rule.match, path, judges, dropped=drops))
        yield from odd
    yield from _Routes(rules, drops).below(rules.route, EVERYTHING)


def _in_list(
    pattern: Mapping[str, Any], path: str, before: list[Taker], dropped: Sequence[Taker] = ()
) -> Iterator[Odd]:
    """Of a list in which the first that matches decides; what is looked at is added to `before`."""
    terms = terms_of(pattern)
    if terms is None:
        return
    if not terms:
        yield _contradictory(path, raw_terms(pattern))
        return
    possible = tuple(known for term in terms for known in of_table(term))
    if not possible:
        yield Odd(path, "can never match: the built-in table gives these reasons no such severity")
    elif takers := taken_by(possible, dropped):
        yield Odd(path, f"can never match: {listed(takers)} drops all of it")
    elif takers := taken_by(possible, before):
        yield Odd(path, f"never decides: {listed(takers)} takes all of it before")
    before.append(Taker(path, terms))


class _Routes:
    """The routing tree, below what drop and the severity rules leave of events."""

    def __init__(self, rules: CompiledRules, drops: Sequence[Taker]) -> None:
        self._judges = judges_of(rules.severity)
        self._drops = drops

    def below(self, route: CompiledRoute, entering: Sequence[Term]) -> Iterator[Odd]:
        """Warnings for the children of a route, and theirs. `entering`: what comes into the route."""
        before: list[Taker] = []
        for child in route.routes:
            own = terms_of(child.match)
            together = None if own is None else both(entering, own)
            if own is None or together is None:
                continue
            possible = [known for term in together for known in final(term, self._judges)]
            odd = self._odd(child, own, together, possible, entering, before)
            if odd is not None:
                yield odd
            else:
                yield from self.below(child, possible)
            if not child.continues:
                before.append(Taker(child.path, own))

    def _odd(
        self,
        route: CompiledRoute,
        own: Sequence[Term],
        together: Sequence[Term],
        possible: Sequence[Term],
        entering: Sequence[Term],
        before: Sequence[Taker],
    ) -> Odd | None:
        if not own:
            return _contradictory(route.path, raw_terms(route.match or {}))
        if not together:
            fields = contradictions([joined(one, other) for one in entering for other in own])
            return Odd(
                route.path, f"can never match: what it asks of {listed(fields)} contradicts the routes above"
            )
        if not possible:
            return Odd(
                route.path,
                "can never match: no severity rule and not the built-in table gives such events its severity",
            )
        if takers := taken_by(list(self._as_dropped(possible)), self._drops):
            return Odd(route.path, f"can never match: {listed(takers)} drops all of it")
        if takers := taken_by(possible, before):
            stand = "takes" if len(takers) == 1 else "take"
            says = f"is never asked: {listed(takers)} {stand} all of it, without continue: true"
            return Odd(route.path, says)
        return None

    def _as_dropped(self, terms: Sequence[Term]) -> Iterator[Term]:
        """The terms before the severity rules, which drop does not see the work of."""
        for term in terms:
            yield from of_table(without(term, SEVERITY) if self._judges else term)


def _contradictory(path: str, terms: Sequence[Term]) -> Odd:
    return Odd(
        path, f"can never match: its conditions on {listed(contradictions(terms))} contradict one another"
    )
