"""Expressions of Go, held against Go itself.

go_expressions.json was made with Go's own regexp (go1.26): an expression, texts in which it is found and
texts in which it is not; null where regexp.Compile refuses it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eventcore.patterns import compile_pattern
from kube_events.rule_import.go_characters import NotGo
from kube_events.rule_import.go_regex import parse_go
from kube_events.rule_import.matched_values import Field, Matched, matched_values

CASES: list[Any] = json.loads((Path(__file__).parent / "go_expressions.json").read_text(encoding="utf-8"))
FIELDS = [Field(), Field(lines=True, by_name=True)]


def matches(matched: Matched, value: str, field: Field) -> bool:
    if matched.always:
        return True
    view = {"field": value} if value or field.by_name else {}
    return bool(matched.values) and compile_pattern({"field": list(matched.values)}).matches(view)


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_an_expression_is_found_where_go_finds_it(field: Field) -> None:
    for expression, found_in, missing_in in CASES:
        if found_in is None:
            continue
        # GIVEN what stands for the expression where it tells, and where it keeps an event from somebody
        telling = matched_values(expression, field, tells=True, short_names=True)
        dropping = matched_values(expression, field, tells=False, short_names=True)
        for value in [*found_in, *missing_in]:
            if "\n" in value and not field.lines:
                continue
            expected = value in found_in
            # THEN both agree with Go, except that what could not be said tells more and drops less
            said = (expression, value)
            assert matches(telling, value, field) == expected or (telling.notes and not expected), said
            assert matches(dropping, value, field) == expected or (dropping.notes and expected), said


def test_what_go_refuses_is_refused_and_what_it_takes_is_read() -> None:
    for expression, found_in, _ in CASES:
        try:
            parse_go(expression)
        except NotGo:
            assert found_in is None, expression
        else:
            assert found_in is not None, expression


def test_most_expressions_are_said_exactly() -> None:
    valid = [expression for expression, found_in, _ in CASES if found_in is not None]
    unicode_sets = [one for one in valid if "\\p" in one]
    plain = [one for one in valid if one not in unicode_sets]
    noted = [one for one in plain if matched_values(one, Field(), tells=True, short_names=True).notes]
    assert len(plain) > 200
    # THEN the others are those with three gaps or more that compete for the same characters
    assert len(noted) <= len(plain) // 50


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("^kube-system$", ["kube-system"]),
        ("kube-*", [{"wildcard": "*kube*"}]),
        ("Pod|Node", [{"wildcard": "*Pod*"}, {"wildcard": "*Node*"}]),
        ("^(prod|stage)-", [{"prefix": "prod-"}, {"prefix": "stage-"}]),
        ("-db$", [{"suffix": "-db"}]),
        ("^a.*b.*c$", [{"wildcard": "a*b*c"}]),
        ("a\\.b\\*", [{"wildcard": "*a.b\\**"}]),
        ("^$", [{"exists": False}]),
        (".+", [{"exists": True}]),
        ("(?i)oom", [{"regex": "(?i).*oom.*"}]),
        ("^web-[0-9]+$", [{"regex": "web-[0-9]+"}]),
        ("colou?r", [{"wildcard": "*color*"}, {"wildcard": "*colour*"}]),
        ("^(|a)$", ["a", {"exists": False}]),
    ],
)
def test_plain_expressions_become_plain_values(expression: str, values: list[Any]) -> None:
    assert list(matched_values(expression, Field(), tells=True).values) == values


@pytest.mark.parametrize("expression", [".*", "a*", "", "^", "$", "x|", "(?s)^.*$"])
def test_what_is_found_everywhere_needs_no_condition(expression: str) -> None:
    assert matched_values(expression, Field(), tells=True).always
    assert matched_values(expression, Field(by_name=True), tells=True).values == ({"exists": True},)


def test_what_would_keep_the_matcher_busy_tells_more_and_drops_less() -> None:
    # GIVEN four gaps in a text of several lines
    field = Field(lines=True)
    telling = matched_values("a.*b.*c.*d", field, tells=True)
    dropping = matched_values("a.*b.*c.*d", field, tells=False)
    # THEN
    assert telling.values == ({"wildcard": "*a*b*c*d*"},)
    assert "more is told" in telling.notes[0]
    assert dropping.values == ()
    assert "left out" in dropping.notes[0]


def test_a_short_name_of_a_group_depends_on_the_release_of_go() -> None:
    assert matched_values("(?<name>a)", Field(), tells=True, short_names=True).values
    assert matched_values("(?<name>a)", Field(), tells=True).broken


def test_groups_too_deep_to_be_read_tell_more_and_drop_less() -> None:
    expression = "(" * 500 + "a" + ")" * 500
    assert matched_values(expression, Field(), tells=True).always
    assert matched_values(expression, Field(), tells=False).values == ()
    assert "deep" in matched_values(expression, Field(), tells=False).notes[0]
