"""Sets of values that a leaf of a pattern lets through: whether one is empty, or within another.

Each answer that is True is proven; False may mean that it is not known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from eventcore.patterns import Pattern, compile_pattern
from eventcore.patterns.operators import is_number

Leaf = Sequence[Any]
"""The list of a field's alternatives, as written."""

ABSENT: Any = object()
"""The field is not there."""

_NO_VALUE: Mapping[str, Any] = {}


def lets_through(leaf: Leaf, value: Any) -> bool:
    """Whether the leaf matches an event with this value, ABSENT for none. Exact, by the matcher itself."""
    if isinstance(value, str):
        # As most are: a file of 300 routes asks a million times.
        if all(isinstance(atom, str) for atom in leaf):
            return value in leaf
        if len(leaf) == 1 and (found := _found_at_an_end(leaf[0], value)) is not None:
            return found
    pattern = _compiled(json.dumps(leaf, sort_keys=True))
    return pattern.matches(_NO_VALUE if value is ABSENT else {"x": value})


def _found_at_an_end(atom: Any, value: str) -> bool | None:
    """Of a prefix or a suffix; None of anything else."""
    if not isinstance(atom, dict):
        return None
    ((name, operand),) = atom.items()
    if name not in ("prefix", "suffix") or not isinstance(operand, str):
        return None
    return _has(name, value, operand)


@lru_cache(maxsize=4096)
def _compiled(leaf: str) -> Pattern:
    return compile_pattern({"x": json.loads(leaf)})


def finite(leaves: Sequence[Leaf]) -> tuple[Any, ...] | None:
    """The values that all of the leaves let through, if one of them names its values; else None."""
    for leaf in leaves:
        if all(_is_exact(atom) or atom == {"exists": False} for atom in leaf):
            named = [ABSENT if isinstance(atom, dict) else atom for atom in leaf]
            others = [other for other in leaves if other is not leaf]
            return tuple(value for value in named if all(lets_through(other, value) for other in others))
    return None


def empty(leaves: Sequence[Leaf]) -> bool:
    """Whether no event can have a value that all of the leaves let through."""
    values = finite(leaves)
    if values is not None:
        return not values
    return any(
        all(_disjoint(one, other) for one in first for other in second)
        for at, first in enumerate(leaves)
        for second in leaves[at + 1 :]
    )


def within(leaves: Sequence[Leaf], outer: Leaf) -> bool:
    """Whether every value that all of the leaves let through is one that `outer` lets through."""
    if {"exists": True} in outer and {"exists": False} in outer:
        return True
    values = finite(leaves)
    if values is not None:
        return all(lets_through(outer, value) for value in values)
    return any(leaf_within(leaf, outer) for leaf in leaves)


def leaf_within(leaf: Leaf, outer: Leaf) -> bool:
    """Whether each alternative of one leaf is within one of the other. Holds for arrays, too."""
    return all(any(_within(inner, other) for other in outer) for inner in leaf)


def _is_exact(atom: Any) -> bool:
    return not isinstance(atom, dict)


def _operator(atom: Any) -> tuple[str, Any]:
    """Name and operand. A wildcard with its one star at an end is a prefix or a suffix."""
    ((name, operand),) = atom.items()
    if name == "wildcard" and operand.count("*") == 1 and "\\" not in operand:
        if operand.endswith("*"):
            return "prefix", operand[:-1]
        if operand.startswith("*"):
            return "suffix", operand[1:]
    return name, operand


def _within(inner: Any, outer: Any) -> bool:
    if _is_exact(inner):
        return lets_through([outer], inner)
    if inner == outer:
        return True
    name, operand = _operator(inner)
    if name == "exists" or _is_exact(outer):
        return False  # alone: another alternative of the same leaf is not looked at
    outer_name, outer_operand = _operator(outer)
    if outer_name == "exists":
        return bool(outer_operand)  # whatever has a value exists
    if name in ("prefix", "suffix") and isinstance(operand, str):
        return _affix_within(name, operand, outer_name, outer_operand)
    if name == "anything-but" and outer_name == "anything-but":
        return _exclusion_within(operand, outer_operand)
    if name == "numeric" and outer_name == "numeric":
        return _range_within(_range(operand), _range(outer_operand))
    return False


def _affix_within(name: str, text: str, outer_name: str, outer: Any) -> bool:
    """Everything with this prefix or suffix, in what another operator finds."""
    if outer_name == name and isinstance(outer, str):
        return _has(name, text, outer)
    if outer_name != "anything-but":
        return False
    if isinstance(outer, dict):
        ((kind, texts),) = outer.items()
        excluded = texts if isinstance(texts, list) else [texts]
        return kind == name and not any(_has(name, text, one) or _has(name, one, text) for one in excluded)
    excluded = outer if isinstance(outer, list) else [outer]
    return not any(isinstance(one, str) and _has(name, one, text) for one in excluded)


def _exclusion_within(inner: Any, outer: Any) -> bool:
    """Whether all that `outer` excludes is excluded by `inner` already."""
    if isinstance(outer, dict):
        ((name, texts),) = outer.items()
        if name not in ("prefix", "suffix") or not isinstance(inner, dict) or name not in inner:
            return False
        wide, narrow = _listed(inner[name]), _listed(texts)
        return all(any(_has(name, text, one) for one in wide) for text in narrow)
    excluded = [{"anything-but": inner}]
    return all(not lets_through(excluded, value) for value in _listed(outer))


def _disjoint(one: Any, other: Any) -> bool:
    if _is_exact(one):
        return not lets_through([other], one)
    if _is_exact(other):
        return not lets_through([one], other)
    (name, operand), (other_name, other_operand) = _operator(one), _operator(other)
    if name == "exists" or other_name == "exists":
        # Nothing but its like matches where there is no value.
        lacks = (name == "exists" and not operand, other_name == "exists" and not other_operand)
        return lacks[0] != lacks[1]
    if name == other_name == "numeric":
        return _ranges_apart(_range(operand), _range(other_operand))
    if name == other_name and name in ("prefix", "suffix"):
        texts = isinstance(operand, str) and isinstance(other_operand, str)
        return texts and not (_has(name, operand, other_operand) or _has(name, other_operand, operand))
    if name == "anything-but":
        name, operand, other_name, other_operand = other_name, other_operand, name, operand
    if other_name == "anything-but" and isinstance(other_operand, dict) and isinstance(operand, str):
        return any(_has(name, operand, text) for text in _listed(other_operand.get(name, [])))
    return False


def _has(name: str, text: str, affix: str) -> bool:
    """Whether a text with this prefix or suffix has the other one as well."""
    return text.startswith(affix) if name == "prefix" else text.endswith(affix)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_Range = tuple[tuple[float, bool], tuple[float, bool]]
"""Lower and upper bound, each with whether it is excluded."""


def _range(operand: Any) -> _Range:
    low, high = (float("-inf"), False), (float("inf"), False)
    for symbol, bound in zip(operand[::2], operand[1::2], strict=True):
        assert is_number(bound)  # noqa: S101 - parsing has seen to it
        if symbol in ("=", ">", ">="):
            low = (float(bound), symbol == ">")
        if symbol in ("=", "<", "<="):
            high = (float(bound), symbol == "<")
    return low, high


def _range_within(inner: _Range, outer: _Range) -> bool:
    (low, low_open), (high, high_open) = inner
    (outer_low, outer_low_open), (outer_high, outer_high_open) = outer
    above = low > outer_low or (low == outer_low and (low_open or not outer_low_open))
    below = high < outer_high or (high == outer_high and (high_open or not outer_high_open))
    return above and below


def _ranges_apart(one: _Range, other: _Range) -> bool:
    return _ends_before(one, other) or _ends_before(other, one)


def _ends_before(one: _Range, other: _Range) -> bool:
    (_, (high, high_open)), ((low, low_open), _) = one, other
    return high < low or (high == low and (high_open or low_open))
