"""Which severities an event of a term can have, by the built-in table and by the file's own rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from eventcore.event import Severity
from eventcore.rules import CompiledSeverityRule
from eventcore.severity import by_type
from eventcore.severity_table import SEVERITY_TABLE, SeverityRow
from kube_events.rules.analysis.terms import (
    REASON,
    SEVERITY,
    Term,
    apart,
    covered,
    is_empty,
    restricted,
    terms_of,
    values_of,
    without,
)
from kube_events.rules.analysis.values import ABSENT


def of_table(term: Term) -> Iterator[Term]:
    """The term, reason by reason, with the severities that the built-in table has for them."""
    reasons = values_of(term, REASON)
    if reasons is None:
        yield term
        return
    for reason in reasons:
        leaf = ({"exists": False},) if reason is ABSENT else (reason,)
        text = "" if reason is ABSENT else str(reason)
        narrowed = restricted(restricted(term, REASON, leaf), SEVERITY, tuple(_of_reason(text, term)))
        if not is_empty(narrowed):
            yield narrowed


class Judge(NamedTuple):
    """A severity rule."""

    terms: Sequence[Term] | None
    """None: they are too many."""
    severity: Severity


def judges_of(rules: Iterable[CompiledSeverityRule]) -> tuple[Judge, ...]:
    """The severity rules of a file, to be asked for each of its routes."""
    return tuple(Judge(terms_of(rule.match), rule.severity) for rule in rules)


def final(term: Term, judges: Sequence[Judge]) -> Iterator[Term]:
    """The term with the severities that events can have when the rules are through with them."""
    unjudged = without(term, SEVERITY)
    given: set[Severity] = set()
    for matching, severity in judges:
        if matching is None:
            yield term
            return
        if not apart(unjudged, matching):
            given.add(severity)
        # What its own severity was before is not known here, so a rule that asks for one may let it pass.
        if covered(unjudged, matching):
            yield from _with(term, given)
            return
    for known in of_table(unjudged):
        severities = values_of(known, SEVERITY) or ()
        reason = {REASON: known[REASON]} if REASON in known else {}
        yield from _with({**term, **reason}, given | set(severities))


def _with(term: Term, severities: Collection[Severity]) -> Iterator[Term]:
    narrowed = restricted(term, SEVERITY, tuple(sorted(severities)))
    if not is_empty(narrowed):
        yield narrowed


def _of_reason(reason: str, term: Term) -> set[Severity]:
    rows = _rows().get(reason, ())
    found: set[Severity] = {row.severity for row in rows}
    if not any(_is_bare(row) for row in rows):
        types = values_of(term, ("type",))
        found |= {"low", "medium"} if types is None else {by_type(_text(each)) for each in types}
    return found


def _text(value: object) -> str:
    return "" if value is ABSENT else str(value)


def _is_bare(row: SeverityRow) -> bool:
    return not (row.components or row.message_starts or row.message_contains)


@cache
def _rows() -> Mapping[str, Sequence[SeverityRow]]:
    rows: dict[str, list[SeverityRow]] = {}
    for row in SEVERITY_TABLE:
        rows.setdefault(row.reason, []).append(row)
    return rows
