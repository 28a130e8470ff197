"""Regular expressions: which are taken, which are refused, and that none that is taken can be kept busy."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventcore.patterns.errors import Refused
from eventcore.patterns.regex import MAX_STEPS, MAX_VALUE_CHARACTERS, compile_regex
from eventcore.patterns.regex_cost import worst_case
from eventcore.patterns.regex_tree import FLAGS, parse_regex

TAKEN = [
    "",
    "OOM",
    ".*OOM.*",
    ".*(OOM|out of memory).*",
    ".*failed to (pull|mount).*timeout.*",
    "(?i).*back-off.*",
    "web-[0-9]+",
    "(prod|stage)-[a-z0-9-]+",
    "([a-z0-9]+-)*web",
    "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
    "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
    "(foo|bar)+",
    "(?:Liveness|Readiness) probe failed: .*",
    "[^:]+: [0-9]+%",
    ".*\\bOOM\\b.*",
    "(?>a*)b",
    "a*+b",
    "^anchored$",
    "Node \\S+ is (?P<state>not )?ready",
]

REFUSED = [
    # exponential
    "(a+)+",
    "(a*)*",
    "(a|a)*",
    "(a|ab)*c",
    "(.*)*",
    "(x+x+)+y",
    "((a?)+)+",
    "(a?){30}a{30}",
    "([a-z]+)*[0-9]",
    "(a{0,10}){0,10}b",
    "(.*,){11}P",
    # a polynomial of a high degree
    ".*a.*b.*c.*d",
    "\\s*a*\\s*b*\\s*",
    "(a*a*a*)b",
    # not analysed
    "(a)\\1",
    "(?P<x>a)(?P=x)",
    "(?=a)a",
    "(?!a)b",
    "(?<=a)b",
    "(a)?(?(1)b|c)",
    # no regular expressions
    "(",
    "[z-a]",
    "a{2,1}",
    "*",
    "(?z)",
    "[[a]b]",
    "a" * 513,
    "(" * 300 + ")" * 300,
]


@pytest.mark.parametrize("pattern", TAKEN)
def test_what_people_write_is_taken(pattern: str) -> None:
    compile_regex(pattern)


@pytest.mark.parametrize("pattern", REFUSED, ids=lambda pattern: pattern[:30])
def test_what_could_back_track_without_bound_is_refused(pattern: str) -> None:
    with pytest.raises(Refused):
        compile_regex(pattern)


def test_a_refusal_says_what_to_write_instead() -> None:
    with pytest.raises(Refused, match=r"such as \(a\+\)\+"):
        compile_regex("(a+)+")
    with pytest.raises(Refused, match='"wildcard" has no such limit'):
        compile_regex(".*a.*b.*c.*d")
    with pytest.raises(Refused, match="missing \\)"):
        compile_regex("(")


def test_the_whole_value_has_to_match() -> None:
    assert not compile_regex("OOM")("an OOM")
    assert compile_regex(".*OOM")("line 1\nan OOM")


def test_classes_and_case_are_those_of_ascii() -> None:
    assert not compile_regex("\\w")("é")
    assert not compile_regex("(?i)é")("É")
    assert compile_regex("(?i)[a-c]x")("BX")


def test_of_a_long_value_the_beginning_is_seen() -> None:
    matches = compile_regex("a*")
    assert matches("a" * MAX_VALUE_CHARACTERS + "b")
    assert not matches("a" * (MAX_VALUE_CHARACTERS - 1) + "b")


# What makes a backtracking matcher try most: a few characters over and over, and an end that does not fit.
_ATTACKS = [
    unit * (MAX_VALUE_CHARACTERS // len(unit)) + end
    for unit in ("a", "b", "ab", "ba", "aab", "0", "-", "a-", " ", "foo", "OOM ")
    for end in ("", "!", "\n")
]


@pytest.mark.parametrize("pattern", [*TAKEN, ".*.*" + "a" * 40 + "b", "[ab]*a[ab]*b", "(a|b)*a(a|b)*c"])
def test_no_text_keeps_an_expression_busy(pattern: str) -> None:
    matches = compile_regex(pattern)
    started = time.process_time()
    for text in _ATTACKS:
        matches(text)
    # 33 texts. An expression that is not bounded takes longer than the age of the universe for one.
    assert time.process_time() - started < 10


_ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "\\d", "ab", "^", "$"])
_EXPRESSIONS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.builds(
            lambda one, how: f"(?:{one}){how}", inner, st.sampled_from(["*", "+", "?", "{0,3}", "{2}", "*?"])
        ),
        st.builds(lambda one, two: f"{one}{two}", inner, inner),
        st.builds(lambda one, two: f"(?:{one}|{two})", inner, inner),
    ),
    max_leaves=7,
)


@given(_EXPRESSIONS, st.lists(st.sampled_from("ab0"), max_size=8).map("".join))
@settings(deadline=None, max_examples=300)
def test_an_expression_that_is_taken_means_what_python_says(pattern: str, text: str) -> None:
    try:
        matches = compile_regex(pattern)
    except Refused:
        return
    assert matches(text) is (re.fullmatch(pattern, text, FLAGS) is not None)


@given(_EXPRESSIONS)
@settings(deadline=None, max_examples=300)
def test_no_random_expression_that_is_taken_can_be_kept_busy(pattern: str) -> None:
    try:
        matches = compile_regex(pattern)
    except Refused:
        return
    started = time.process_time()
    for text in _ATTACKS[:12]:
        matches(text)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("pattern", "degree"),
    [
        ("a*b", 1),  # nothing that the star takes can begin what follows: one way only
        (".*a", 1),
        (".*a.*", 1),  # a final .* never fails
        (".*a.*b", 2),
        ("a*a*b", 2),
        (".*a.*b.*c", 3),
    ],
)
def test_the_bound_grows_with_the_repeats_that_compete(pattern: str, degree: int) -> None:
    tree = parse_regex(pattern)
    growth = worst_case(tree, 2000) / worst_case(tree, 1000)
    assert 2 ** (degree - 0.1) < growth < 2 ** (degree + 0.1)


def test_the_limit_lies_between_two_and_three_competing_repeats() -> None:
    assert worst_case(parse_regex(".*a.*b"), MAX_VALUE_CHARACTERS) < MAX_STEPS
    assert worst_case(parse_regex(".*a.*b.*c"), MAX_VALUE_CHARACTERS) > MAX_STEPS
