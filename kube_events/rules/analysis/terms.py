"""A pattern as terms: alternatives, each of which says of some fields what they may be.

As in values.py, True is proven and False may mean that it is not known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from eventcore.event import SEVERITIES
from kube_events.rules.analysis.values import ABSENT, Leaf, empty, finite, leaf_within, within

Path = tuple[str, ...]
Term = Mapping[Path, tuple[Leaf, ...]]
"""By field what stands of it; each leaf has to let its value through."""

EVERYTHING: tuple[Term, ...] = ({},)

SEVERITY: Path = ("severity",)
REASON: Path = ("reason",)

_MAX_TERMS = 200
"""Of one pattern. Beyond it nothing is proven: it would take long, and no hand writes such a file."""

_MAX_SPLITS = 2_000

_ARRAYS = frozenset({("truncated",), ("involvedObject", "owners")})
"""Of an array one element is enough, so two conditions do not contradict one another."""

_ALWAYS: Mapping[Path, Leaf] = {
    SEVERITY: SEVERITIES,
    ("record",): ("event",),
    ("synthetic",): (True, {"exists": False}),
}
"""What these fields can be at all."""


def terms_of(pattern: Mapping[str, Any] | None) -> tuple[Term, ...] | None:
    """The terms of a pattern, those left out that can never hold; None if they are too many.

    None as a pattern matches everything.
    """
    try:
        return tuple(term for term in _expand(pattern or {}, ()) if not is_empty(term))
    except _TooManyError:
        return None


def contradictions(terms: Sequence[Term]) -> tuple[str, ...]:
    """The fields of which the terms ask what no event has, such as involvedObject.kind."""
    empties = (path for term in terms for path in term if path not in _ARRAYS and empty(_leaves(term, path)))
    return tuple(dict.fromkeys(".".join(path) for path in empties))


def raw_terms(pattern: Mapping[str, Any]) -> tuple[Term, ...]:
    """The terms of a pattern, also those that can never hold; () if they are too many."""
    try:
        return tuple(_expand(pattern, ()))
    except _TooManyError:
        return ()


def joined(one: Term, other: Term) -> Term:
    """What holds where both do."""
    return {path: (*one.get(path, ()), *other.get(path, ())) for path in dict.fromkeys((*one, *other))}


def both(left: Sequence[Term], right: Sequence[Term]) -> tuple[Term, ...] | None:
    """The terms of events that match both."""
    if len(left) * len(right) > _MAX_TERMS:
        return None
    together = (joined(one, other) for one in left for other in right)
    return tuple(term for term in together if not is_empty(term))


def restricted(term: Term, path: Path, leaf: Leaf) -> Term:
    """The term with one more condition."""
    return joined(term, {path: (leaf,)})


def without(term: Term, *paths: Path) -> Term:
    """The term without what it says of these fields: it may hold for more."""
    return {path: leaves for path, leaves in term.items() if path not in paths}


def values_of(term: Term, path: Path) -> tuple[Any, ...] | None:
    """All values that the field can have, ABSENT for none; None where they cannot be listed."""
    if path in _ARRAYS:
        return None
    return finite(_leaves(term, path))


def is_empty(term: Term) -> bool:
    """Whether no event can match."""
    return any(path not in _ARRAYS and empty(_leaves(term, path)) for path in term)


def covered(term: Term, covers: Sequence[Term]) -> bool:
    """Whether every event that matches the term matches one of `covers`, which may share the work."""
    return is_empty(term) or _covered(term, covers, _MAX_SPLITS) is not None


def apart(term: Term, others: Sequence[Term]) -> bool:
    """Whether no event can match the term and one of the others."""
    return all(_disjoint(term, other) or is_empty(joined(term, other)) for other in others)


def _disjoint(one: Term, other: Term) -> bool:
    """Whether a field of which both say something shows that no event matches both. Those that only one of
    them names need no look: there would be no rule that can never match."""
    shared = one.keys() & other.keys() - _ARRAYS
    # Nearly all rules ask for a reason, and it tells them apart.
    first = [REASON] if REASON in shared else []
    return any(empty((*one[path], *_leaves(other, path))) for path in (*first, *(shared - {REASON})))


class _TooManyError(Exception):
    """More terms than are worth the time."""


def _expand(pattern: Mapping[str, Any], trail: Path) -> list[Term]:
    terms: list[Term] = [{}]
    for name, value in pattern.items():
        path = (*trail, name)
        if name == "$or":
            options = [term for option in value for term in _expand(option, trail)]
        elif isinstance(value, list):
            options = [{path: (value,)}]
        elif path in _ARRAYS:
            # One element has to have all of it, which terms by field cannot say: the same or nothing.
            options = [{path: (({"all of": json.dumps(value, sort_keys=True)},),)}]
        else:
            options = _expand(value, path)
        terms = [joined(one, other) for one in terms for other in options]
        if len(terms) > _MAX_TERMS:
            raise _TooManyError
    return terms


def _leaves(term: Term, path: Path) -> tuple[Leaf, ...]:
    always = _ALWAYS.get(path)
    return term.get(path, ()) if always is None else (*term.get(path, ()), always)


def _covered(term: Term, covers: Sequence[Term], splits: int) -> int | None:
    """How many splits are left if it is covered, else None."""
    near = [cover for cover in covers if not _disjoint(term, cover)]
    if any(_within(term, cover) for cover in near):
        return splits
    for path in dict.fromkeys(path for cover in near for path in cover):
        values = values_of(term, path)
        if values is None or len(values) < 2:
            continue
        for value in values:
            if splits <= 0:
                return None
            leaf = ({"exists": False},) if value is ABSENT else (value,)
            left = _covered({**term, path: (leaf,)}, near, splits - 1)
            if left is None:
                return None
            splits = left
        return splits
    return None


def _within(term: Term, cover: Term) -> bool:
    return all(_field_within(term, path, outer) for path, leaves in cover.items() for outer in leaves)


def _field_within(term: Term, path: Path, outer: Leaf) -> bool:
    if path in _ARRAYS:
        return any(leaf == outer or _array_within(path, leaf, outer) for leaf in term.get(path, ()))
    leaves = _leaves(term, path)
    return within(leaves, outer)


def _array_within(path: Path, leaf: Leaf, outer: Leaf) -> bool:
    return path == ("truncated",) and leaf_within(leaf, outer)
