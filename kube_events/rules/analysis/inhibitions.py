"""Inhibitions that never hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eventcore.faults import item
from eventcore.rules import CompiledRules
from kube_events.rules.analysis.severities import Judge, final, judges_of, of_table
from kube_events.rules.analysis.taken import Taker, taken_by
from kube_events.rules.analysis.terms import SEVERITY, contradictions, raw_terms, terms_of, without
from kube_events.rules.analysis.warning import Odd, listed


def ineffective(rules: CompiledRules) -> Iterator[Odd]:
    """A warning for each side of an inhibition that no event can match."""
    drops = [Taker(item("drop", at), terms_of(pattern) or ()) for at, pattern in enumerate(rules.drop)]
    judges = judges_of(rules.severity)
    for at, rule in enumerate(rules.inhibit):
        for side, pattern in (("source", rule.source), ("target", rule.target)):
            says = _never(pattern, judges, drops)
            if says:
                yield Odd(f"{item('inhibit', at)}.{side}", f"can never match: {says}")


def _never(pattern: Mapping[str, Any], judges: Sequence[Judge], drops: Sequence[Taker]) -> str:
    """Why no event can match; "" if one may."""
    terms = terms_of(pattern)
    if terms is None:
        return ""
    if not terms:
        return f"its conditions on {listed(contradictions(raw_terms(pattern)))} contradict one another"
    possible = [known for term in terms for known in final(term, judges)]
    if not possible:
        return "no severity rule and not the built-in table gives such events its severity"
    before = [known for term in possible for known in of_table(without(term, SEVERITY) if judges else term)]
    takers = taken_by(before, drops)
    return f"{listed(takers)} drops all of it" if takers else ""
