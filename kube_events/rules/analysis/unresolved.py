"""Recoveries that come to nothing: they are dropped, or cannot find the group of their problem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from eventcore.faults import item
from eventcore.recoveries import RECOVERY_TABLE
from eventcore.rules import CompiledRules
from eventcore.rules.pseudo_events import unknowable
from eventcore.rules.recovery_table import RecoveryTable
from kube_events.rules.analysis.reach import Reached, reached
from kube_events.rules.analysis.severities import of_table
from kube_events.rules.analysis.terms import REASON, Path, Term, apart, covered, is_empty, joined, terms_of
from kube_events.rules.analysis.warning import Odd, listed
from kube_events.rules.expectations.described import described

_KIND: Path = ("involvedObject", "kind")

_SCOPES = ("cluster", "involvedObject", "node", "metadata")
"""Where a problem and its recovery are alike: what is dropped of the one is dropped of the other."""


class _End(NamedTuple):
    """An event that ends problems."""

    reason: str
    kind: str
    """"" is every kind."""
    problems: tuple[str, ...]


def unresolved(rules: CompiledRules) -> Iterator[Odd]:
    """A warning for each drop pattern that takes a recovery away, and each group_by that none can know."""
    routes = [each for each in reached(rules) if each.route.receivers]
    ends = list(_ends(rules))
    yield from _dropped(rules, routes, ends)
    for each in reached(rules):
        yield from _unknown_group(each, ends)


def _ends(rules: CompiledRules) -> Iterator[_End]:
    table = RecoveryTable(rules.recoveries)
    named = dict.fromkeys(
        [
            *((reason, row.kind) for row in RECOVERY_TABLE for reason in row.recovered_by),
            *((reason, entry.kind) for entry in rules.recoveries for reason in entry.recovered_by),
        ]
    )
    for reason, kind in named:
        event = described({"reason": reason, "involvedObject": {"kind": kind or "Pod"}}, path="", at=0.0)
        recovery = table.recovery(event)
        if recovery is not None:
            yield _End(reason, kind, tuple(sorted(recovery.problems)))


def _dropped(rules: CompiledRules, routes: Sequence[Reached], ends: Sequence[_End]) -> Iterator[Odd]:
    drops = [terms_of(pattern) or () for pattern in rules.drop]
    everything_dropped = [term for terms in drops for term in terms]
    for at, terms in enumerate(drops):
        taken = dict.fromkeys(
            f"{end.reason} ({', '.join(lost)})"
            for end in ends
            if (lost := _lost(end, terms, everything_dropped, routes))
        )
        if taken:
            yield Odd(item("drop", at), f"takes away events that end problems which are told: {_some(taken)}")


def _some(texts: Iterable[str]) -> str:
    found = list(dict.fromkeys(texts))
    return listed([*found[:_SHOWN], f"{len(found) - _SHOWN} more"] if len(found) > _SHOWN else found)


def _lost(end: _End, terms: Sequence[Term], dropped: Sequence[Term], routes: Sequence[Reached]) -> list[str]:
    """The problems that somebody is told of, and of whose end nobody is because of a drop of these terms."""
    lost = []
    for term in terms:
        scope: Term = {path: leaves for path, leaves in term.items() if path[0] in _SCOPES}
        judged = {REASON, ("type",), ("severity",), *scope}
        if REASON not in term and not judged.issuperset(term):
            continue  # it asks for more than is known of recoveries in general
        if not any(True for _ in of_table(joined(term, _event(end.reason, end.kind, ("Normal",))))):
            continue
        for problem in end.problems:
            told = joined(scope, _event(problem, end.kind, _types(problem, end.kind)))
            if not covered(told, dropped) and _is_told(told, routes):
                lost.append(problem)
    return list(dict.fromkeys(lost))


def _event(reason: str, kind: str, types: tuple[str, ...] = ()) -> Term:
    of_kind: Term = {_KIND: ((kind,),)} if kind else {}
    of_type: Term = {("type",): (types,)} if types else {}
    return {REASON: ((reason,),), **of_kind, **of_type}


def _types(problem: str, kind: str) -> tuple[str, ...]:
    """Kubelet and node controller say of a Node's own conditions in type Normal that they are bad."""
    return ("Normal",) if kind == "Node" and problem.startswith("Node") else ()


def _is_told(term: Term, routes: Sequence[Reached]) -> bool:
    return not is_empty(term) and any(not apart(term, each.terms) for each in routes)


def _unknown_group(each: Reached, ends: Sequence[_End]) -> Iterator[Odd]:
    route, parent = each.route, each.parent
    unknown = unknowable(route.group_by)
    if not unknown or (parent is not None and parent.group_by == route.group_by):
        return
    lost = [
        f"{problem} ({end.reason})"
        for end in ends
        for problem in end.problems
        if _is_told(_event(problem, end.kind), [each])
    ]
    if lost:
        yield Odd(
            f"{route.path}.group_by",
            f"no recovery knows {listed(unknown)}, so the end of these is never told: {_some(lost)}",
        )


_SHOWN = 5
