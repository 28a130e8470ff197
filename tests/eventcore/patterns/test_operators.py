"""Each operator, by examples like those of EventBridge's documentation and of its engine, event-ruler."""

from __future__ import annotations

from typing import Any

import pytest

from eventcore.patterns import compile_pattern


def matches(values: list[Any], found: Any) -> bool:
    return compile_pattern({"field": values}).matches({"field": found})


YES = True
NO = False


@pytest.mark.parametrize(
    ("values", "found", "expected"),
    [
        # Exact values: any of the list, each of its own type.
        (["pending", "running"], "running", YES),
        (["pending", "running"], "stopped", NO),
        ([300], 300, YES),
        ([300], 300.0, YES),
        ([300], "300", NO),
        (["300"], 300, NO),
        ([True], True, YES),
        ([True], 1, NO),
        ([1], True, NO),
        ([0], False, NO),
        ([None], None, YES),
        ([None], "", NO),
        ([""], "", YES),
        ([""], None, NO),
        # Prefix and suffix: strings only.
        ([{"prefix": "2026-11-21"}], "2026-11-21T02:00:00Z", YES),
        ([{"prefix": "2026-11-22"}], "2026-11-21T02:00:00Z", NO),
        ([{"prefix": "3"}], 300, NO),
        ([{"prefix": {"equals-ignore-case": "KUBE-"}}], "kube-proxy", YES),
        ([{"prefix": {"equals-ignore-case": "KUBE-"}}], "cube-proxy", NO),
        ([{"suffix": ".png"}], "plan.png", YES),
        ([{"suffix": ".png"}], "plan.PNG", NO),
        ([{"suffix": {"equals-ignore-case": ".png"}}], "plan.PNG", YES),
        # Case does not count.
        ([{"equals-ignore-case": "wArNiNg"}], "Warning", YES),
        ([{"equals-ignore-case": "warning"}], "Warnings", NO),
        # Wildcards: the whole string.
        ([{"wildcard": "dir/*.png"}], "dir/a/b.png", YES),
        ([{"wildcard": "dir/*.png"}], "dir/a/b.jpg", NO),
        ([{"wildcard": "*"}], "", YES),
        ([{"wildcard": "a*a"}], "a", NO),
        ([{"wildcard": "a*b*a"}], "aba", YES),
        ([{"wildcard": "5\\*2"}], "5*2", YES),
        ([{"wildcard": "5\\*2"}], "5x2", NO),
        ([{"wildcard": "back\\\\*"}], "back\\slash", YES),
        ([{"wildcard": "*end\n*"}], "the end\nand more", YES),
        # Anything but.
        ([{"anything-but": "starting"}], "running", YES),
        ([{"anything-but": "starting"}], "starting", NO),
        ([{"anything-but": ["stopped", "overloaded"]}], "running", YES),
        ([{"anything-but": ["stopped", "overloaded"]}], "stopped", NO),
        ([{"anything-but": 100}], 101, YES),
        ([{"anything-but": [100, 200]}], 200.0, NO),
        ([{"anything-but": "100"}], 100, YES),
        ([{"anything-but": 1}], True, YES),
        ([{"anything-but": "x"}], None, YES),
        ([{"anything-but": {"prefix": "init"}}], "initial", NO),
        ([{"anything-but": {"prefix": ["init", "err"]}}], "error", NO),
        ([{"anything-but": {"suffix": ".txt"}}], "a.png", YES),
        ([{"anything-but": {"suffix": [".txt", ".rtf"]}}], "a.rtf", NO),
        ([{"anything-but": {"equals-ignore-case": "Stopped"}}], "STOPPED", NO),
        ([{"anything-but": {"equals-ignore-case": ["a", "b"]}}], "c", YES),
        ([{"anything-but": {"wildcard": "*/lib/*"}}], "/usr/lib/x", NO),
        ([{"anything-but": {"wildcard": ["*.jar", "*.class"]}}], "a.py", YES),
        ([{"anything-but": {"prefix": "3"}}], 300, YES),
        # Numbers and ranges of them.
        ([{"numeric": ["=", 5]}], 5.0, YES),
        ([{"numeric": [">", 0, "<=", 5]}], 5, YES),
        ([{"numeric": [">", 0, "<=", 5]}], 0, NO),
        ([{"numeric": [">=", -1.5]}], -1.5, YES),
        ([{"numeric": ["<", 10]}], "5", NO),
        ([{"numeric": ["<", 10]}], True, NO),
        # Addresses.
        ([{"cidr": "10.0.0.0/24"}], "10.0.0.33", YES),
        ([{"cidr": "10.0.0.0/24"}], "10.0.1.33", NO),
        ([{"cidr": "10.0.0.77/24"}], "10.0.0.33", YES),
        ([{"cidr": "10.0.0.0/24"}], "web-1", NO),
        ([{"cidr": "10.0.0.0/24"}], 10, NO),
        ([{"cidr": "fd00::/8"}], "fd12::1", YES),
        ([{"cidr": "fd00::/8"}], "10.0.0.1", NO),
        # Presence; null is there.
        ([{"exists": True}], "x", YES),
        ([{"exists": True}], None, YES),
        ([{"exists": False}], "x", NO),
        # A list mixes them freely.
        (["a", {"prefix": "b"}, {"numeric": [">", 1]}], 2, YES),
        (["a", {"prefix": "b"}, {"numeric": [">", 1]}], "c", NO),
        # Ours.
        ([{"regex": "web-[0-9]+"}], "web-12", YES),
        ([{"regex": "web-[0-9]+"}], "web-12-b", NO),
        ([{"regex": ".*OOM.*"}], "line 1\nOOM\nline 3", YES),
        ([{"regex": "(?i)oom"}], "OOM", YES),
        ([{"regex": "[0-9]+"}], 12, NO),
    ],
)
def test_an_operator_finds_what_its_documentation_says(values: list[Any], found: Any, expected: bool) -> None:
    assert matches(values, found) is expected


@pytest.mark.parametrize(
    "operator",
    [
        {"prefix": "x"},
        {"anything-but": "x"},
        {"numeric": ["<", 5]},
        {"wildcard": "*"},
        {"exists": True},
        {"regex": ".*"},
        "",
        None,
    ],
)
def test_only_exists_false_finds_what_is_not_there(operator: Any) -> None:
    assert compile_pattern({"field": [operator]}).matches({"other": 1}) is False
    assert compile_pattern({"field": [operator, {"exists": False}]}).matches({"other": 1}) is True
