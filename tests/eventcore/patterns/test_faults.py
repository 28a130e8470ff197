"""A pattern that means nothing is refused, with the place, what stands there, and what may."""

from __future__ import annotations

from typing import Any

import pytest

from eventcore.patterns import PatternError, compile_pattern


def faults(pattern: Any) -> dict[str, str]:
    with pytest.raises(PatternError) as caught:
        compile_pattern(pattern, path="drop[0]")
    return {fault.path: fault.allowed for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"prefx": "a"}, "one of the operators exists, prefix"),
        ({}, "one operator"),
        ({"prefix": "a", "suffix": "b"}, "one operator"),
        ({"prefix": 5}, "a string"),
        ({"prefix": ["a"]}, "a string"),
        ({"prefix": {"anything-but": "a"}}, "equals-ignore-case"),
        ({"suffix": {"equals-ignore-case": 5}}, "equals-ignore-case"),
        ({"equals-ignore-case": None}, "a string"),
        ({"wildcard": "a**b"}, "single stars"),
        ({"wildcard": "a\\b"}, "backslash"),
        ({"wildcard": "a\\"}, "backslash"),
        ({"exists": "yes"}, "true or false"),
        ({"numeric": []}, "comparison"),
        ({"numeric": ["=", "5"]}, "comparison"),
        ({"numeric": ["!=", 5]}, "comparison"),
        ({"numeric": [">", 0, "<="]}, "comparison"),
        ({"numeric": ["<", 5, ">", 0]}, "comparison"),
        ({"numeric": [">", 5, "<", 0]}, "ascend"),
        ({"numeric": ["=", True]}, "comparison"),
        ({"numeric": ["=", float("nan")]}, "comparison"),
        ({"numeric": {"=": 5}}, "comparison"),
        ({"cidr": "10.0.0.1"}, "a network"),
        ({"cidr": "10.0.0.0/33"}, "a network"),
        ({"cidr": "example.com/8"}, "a network"),
        ({"anything-but": None}, "a string, a number"),
        ({"anything-but": []}, "a string, a number"),
        ({"anything-but": ["a", 1]}, "a string, a number"),
        ({"anything-but": [True]}, "a string, a number"),
        ({"anything-but": {"numeric": ["=", 5]}}, "one of prefix, suffix"),
        ({"anything-but": {"prefix": 5}}, "one of prefix, suffix"),
        ({"anything-but": {"prefix": ""}}, "not empty"),
        ({"anything-but": {"prefix": "a", "suffix": "b"}}, "one of prefix, suffix"),
        ({"anything-but": {"wildcard": ["a", "**"]}}, "single stars"),
        ({"regex": 5}, "regular expression"),
        ({5: "a"}, "one of the operators"),
        (float("inf"), "a string, a number"),
        ([["a"]], "a string, a number"),
    ],
)
def test_a_wrong_value_is_named_by_its_place_in_the_list(value: Any, says: str) -> None:
    found = faults({"reason": ["fine", value]})
    assert list(found) == ["drop[0].reason[1]"]
    assert says in found["drop[0].reason[1]"]


@pytest.mark.parametrize(
    ("pattern", "path", "says"),
    [
        ([], "drop[0]", "an object of fields"),
        ({}, "drop[0]", "an object of fields"),
        ({"involvedObject": {}}, "drop[0].involvedObject", "an object of fields"),
        ({"reason": "BackOff"}, "drop[0].reason", 'such as ["BackOff"]'),
        ({"reason": {"prefix": "a"}}, "drop[0].reason.prefix", '[{prefix: "a"}]'),
        ({"reason": []}, "drop[0].reason", "at least one value"),
        ({True: ["a"]}, "drop[0].True", "in quotes"),
        ({"$or": [{"a": ["b"]}]}, "drop[0].$or", "at least two"),
        ({"$or": {"a": ["b"]}}, "drop[0].$or", "at least two"),
        ({"$or": [{"prefix": ["a"]}, {"b": ["c"]}]}, "drop[0].$or[0].prefix", "a field"),
        ({"$or": [{}, {"b": ["c"]}]}, "drop[0].$or[0]", "an object of fields"),
        ({"a.b": {"c": 5}}, 'drop[0]["a.b"].c', "such as [5]"),
    ],
)
def test_a_wrong_shape_is_named_by_its_path(pattern: Any, path: str, says: str) -> None:
    found = faults(pattern)
    assert path in found
    assert says in found[path]


def test_all_faults_are_named_at_once() -> None:
    assert len(faults({"a": 1, "b": [{"prefix": 1}, {"suffix": 2}], "$or": [{"c": []}, 7]})) == 5


def test_the_first_fault_is_the_errors_own() -> None:
    with pytest.raises(PatternError) as caught:
        compile_pattern({"a": [{"prefix": 1}]})
    assert (caught.value.path, caught.value.value) == ("a[0]", {"prefix": 1})
    assert str(caught.value) == (
        'a[0]: expected a string, or {"equals-ignore-case": a string}; found {"prefix": 1}'
    )


def test_a_pattern_that_contains_itself_is_refused() -> None:
    # YAML's aliases can write that.
    endless: dict[str, Any] = {}
    endless["a"] = endless
    found = faults(endless)
    assert any("levels of nesting" in allowed for allowed in found.values())
