"""moto's matcher as an oracle, on the part of the language that it has right.

Left out: arrays of objects, which never match there; booleans beside numbers, which it takes for equal; texts
with line ends, at which its wildcards stop; and patterns that EventBridge refuses, which it takes.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from moto.events.models import EventPattern

from eventcore.patterns import compile_pattern

_NAMES = st.sampled_from(["a", "b", "c"])
_TEXTS = st.sampled_from(["", "a", "b", "ab", "AB", "aab", "abc", "a*b", "a\\b", "10.0.0.5", "10.1.0.5"])
_NUMBERS = st.sampled_from([-1, 0, 1, 2.5, 300])
_SCALARS = _TEXTS | _NUMBERS | st.none()

_EVENTS = st.recursive(
    st.dictionaries(_NAMES, _SCALARS | st.lists(_SCALARS, max_size=3), min_size=1),
    lambda inner: st.dictionaries(_NAMES, _SCALARS | inner, min_size=1),
    max_leaves=6,
)

_SOME = _TEXTS.filter(bool)
_WILDCARDS = st.sampled_from(["*", "a*", "*b", "a*b", "*a*", "a\\*b", "a\\\\b", "ab", "*a*b*"])
_IGNORE_CASE = st.fixed_dictionaries({"equals-ignore-case": _TEXTS})


def _one(name: str, operand: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: operand})


_OPERATORS = st.one_of(
    _one("prefix", _TEXTS | _IGNORE_CASE),
    _one("suffix", _TEXTS | _IGNORE_CASE),
    _one("equals-ignore-case", _TEXTS),
    _one("wildcard", _WILDCARDS),
    _one("exists", st.booleans()),
    _one("cidr", st.sampled_from(["10.0.0.0/24", "10.0.0.0/8", "10.1.0.0/16"])),
    _one("numeric", st.sampled_from([["=", 1], ["<", 2], [">", 0, "<=", 2.5], [">=", 300]])),
    _one("anything-but", _TEXTS | _NUMBERS | st.lists(_TEXTS, min_size=1) | st.lists(_NUMBERS, min_size=1)),
    _one("anything-but", _one("prefix", _SOME) | _one("suffix", st.lists(_SOME, min_size=1, max_size=2))),
    _one("anything-but", _one("wildcard", _WILDCARDS) | _IGNORE_CASE),
)

_LEAVES = st.lists(_SCALARS | _OPERATORS, min_size=1, max_size=3)


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.dictionaries(_NAMES, inner, min_size=1, max_size=2)
    alternatives = st.lists(fields, min_size=2, max_size=3)
    return fields | st.builds(lambda found, either: found | {"$or": either}, fields, alternatives)


_PATTERNS = _objects(st.recursive(_LEAVES, _objects, max_leaves=4))


def _exists_on_array_or_object(pattern: Any) -> bool:
    """Not comparable: moto lets `exists` find empty arrays and empty objects, which are no leaves."""
    return '"exists"' in json.dumps(pattern)


@given(_PATTERNS, _EVENTS)
@settings(deadline=None, max_examples=400)
def test_patterns_match_what_moto_matches(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    text = json.dumps(event)
    if _exists_on_array_or_object(pattern) and ("[]" in text or "{}" in text):
        return
    expected = EventPattern.load(json.dumps(pattern)).matches_event(event)  # type: ignore[arg-type]
    assert compile_pattern(pattern).matches(event) is expected
