"""How fields, $or and arrays combine."""

from __future__ import annotations

from typing import Any

import pytest

from eventcore.patterns import compile_pattern
from eventcore.wire import as_view
from tests.fixtures.events import event, raw_event


def matches(pattern: dict[str, Any], view: dict[str, Any]) -> bool:
    return compile_pattern(pattern).matches(view)


STAFF = {
    "staff": [
        {"first": "Ann", "last": "Lee", "teams": ["shop", "billing"]},
        [{"first": "Bob", "last": "Ray", "teams": []}],
    ]
}


def test_every_field_has_to_match_and_fields_nest_as_in_the_event() -> None:
    view = as_view(event())
    assert matches({"reason": ["BackOff"], "involvedObject": {"kind": ["Pod"]}}, view)
    assert not matches({"reason": ["BackOff"], "involvedObject": {"kind": ["Node"]}}, view)


def test_names_of_labels_are_taken_literally_dots_and_all() -> None:
    labels = {"app.kubernetes.io/name": "web"}
    view = as_view(event(metadata=raw_event()["metadata"] | {"labels": labels}))
    assert matches({"metadata": {"labels": {"app.kubernetes.io/name": ["web"]}}}, view)
    assert not matches({"metadata": {"labels": {"app": {"kubernetes": {"io/name": ["web"]}}}}}, view)


def test_any_alternative_of_or_is_enough_and_what_stands_beside_it_has_to_match_too() -> None:
    pattern = {"a": [1], "$or": [{"b": [1]}, {"c": [1], "d": [1]}]}
    assert matches(pattern, {"a": 1, "b": 1})
    assert matches(pattern, {"a": 1, "c": 1, "d": 1})
    assert not matches(pattern, {"a": 1, "c": 1})
    assert not matches(pattern, {"a": 2, "b": 1})


def test_or_nests_and_stands_at_any_level() -> None:
    pattern = {"a": {"$or": [{"b": [1]}, {"c": [2], "$or": [{"d": [3]}, {"e": [4]}]}]}}
    assert matches(pattern, {"a": {"c": 2, "e": 4}})
    assert not matches(pattern, {"a": {"c": 2}})


def test_one_element_of_an_array_is_enough() -> None:
    assert matches({"tags": ["b"]}, {"tags": ["a", "b"]})
    assert matches({"tags": [{"anything-but": "a"}]}, {"tags": ["a", "b"]})
    assert not matches({"tags": [{"anything-but": "a"}]}, {"tags": ["a"]})
    assert matches({"tags": [{"prefix": "b"}]}, {"tags": [["a"], [["bc"]]]})


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"staff": {"first": ["Ann"]}}, True),
        ({"staff": {"first": ["Bob"], "last": ["Ray"]}}, True),
        # Fields of different elements do not add up to a match.
        ({"staff": {"first": ["Ann"], "last": ["Ray"]}}, False),
        ({"staff": {"teams": ["billing"]}}, True),
        ({"staff": {"first": ["Bob"], "teams": ["billing"]}}, False),
        ({"staff": {"first": ["Ann"], "$or": [{"last": ["Lee"]}, {"last": ["Ray"]}]}}, True),
    ],
)
def test_the_fields_of_a_pattern_have_to_be_found_in_one_element(
    pattern: dict[str, Any], expected: bool
) -> None:
    assert matches(pattern, STAFF) is expected


@pytest.mark.parametrize(
    ("view", "there"),
    [
        ({"a": {"b": 1}}, True),
        ({"a": {"b": None}}, True),
        ({"a": {"b": {"c": 1}}}, False),  # an object is no leaf
        ({"a": {"b": []}}, False),
        ({"a": {}}, False),
        ({"a": 1}, False),
        ({"a": []}, False),
        ({}, False),
        # Absence is of the event: one element that has the field is enough to have it.
        ({"a": [{"b": 1}, {"c": 1}]}, True),
        ({"a": [{"c": 1}, 5]}, False),
    ],
)
def test_exists_is_about_leaves_and_about_the_whole_event(view: dict[str, Any], there: bool) -> None:
    assert matches({"a": {"b": [{"exists": True}]}}, view) is there
    assert matches({"a": {"b": [{"exists": False}]}}, view) is not there
