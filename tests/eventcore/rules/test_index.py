"""The index on exact fields changes no answer: rules give what trying every pattern in turn gives."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from eventcore.event import Event
from eventcore.patterns import compile_pattern
from eventcore.rules import CompiledRoute, CompiledRules, Ruleset, compile_rules, parse_rules
from eventcore.rules.exact_index import ExactIndex
from eventcore.wire import as_view
from tests.eventcore.rules.strategies import EVENTS, RULES
from tests.fixtures.events import event


def severity_by_trying_all(rules: CompiledRules, observed: Event) -> str | None:
    view = as_view(observed)
    if any(compile_pattern(pattern).matches(view) for pattern in rules.drop):
        return None
    found = [rule.severity for rule in rules.severity if compile_pattern(rule.match).matches(view)]
    return found[0] if found else observed.severity


def routes_by_trying_all(route: CompiledRoute, view: dict[str, Any]) -> list[CompiledRoute] | None:
    """Alertmanager's Route.Match, line by line; None is no match."""
    if route.match is not None and not compile_pattern(route.match).matches(view):
        return None
    found: list[CompiledRoute] = []
    for child in route.routes:
        matched = routes_by_trying_all(child, view)
        found.extend(matched or [])
        if matched is not None and not child.continues:
            break
    return found or [route]


@given(RULES, EVENTS)
@settings(deadline=None, max_examples=300)
def test_the_index_changes_no_answer(document: dict[str, Any], observed: Event) -> None:
    rules = compile_rules(parse_rules(document), source_sha256="0" * 64)
    ruleset = Ruleset(rules)
    classified = ruleset.classify(observed)
    assert (classified.severity if classified else None) == severity_by_trying_all(rules, observed)
    expected = routes_by_trying_all(rules.route, as_view(observed)) or []
    assert [(one.route, one.receiver) for one in ruleset.routes(observed)] == [
        (route.path, receiver) for route in expected for receiver in route.receivers
    ]


def test_only_patterns_that_can_match_are_tried() -> None:
    index = ExactIndex(
        [
            {"reason": ["A"]},
            {"reason": ["B", "C"], "type": ["Warning"]},
            {"involvedObject": {"kind": ["Pod"]}},
            {"reason": ["B", {"prefix": "Back"}]},
            None,
            {"reason": ["BackOff"]},
        ]
    )
    assert index.candidates(event(reason="BackOff")) == [2, 3, 4, 5]
    assert index.candidates(event(reason="A", involvedObject={"kind": "Job"})) == [0, 4]
    assert not ExactIndex([{"reason": ["A"]}]).candidates(event(reason="B"))
    assert not ExactIndex([]).candidates(event())


def test_beginnings_are_looked_up_too() -> None:
    namespaces = [
        [{"prefix": "sh"}],
        [{"prefix": "shop"}, "team-a"],
        [{"wildcard": "s*p"}],
        [{"wildcard": "te*"}],
        [{"prefix": "te"}, {"suffix": "op"}],
        [{"prefix": {"equals-ignore-case": "SH"}}],
        [{"wildcard": "*p"}],
        [{"prefix": ""}],
        [{"wildcard": "s\\*"}],
    ]
    index = ExactIndex([{"involvedObject": {"namespace": one}} for one in namespaces])
    # Neither the ends of a value nor its case is looked up: such patterns are always tried.
    assert index.candidates(event()) == [0, 1, 2, 4, 5, 6, 7, 8]
    team = event(involvedObject={"kind": "Pod", "namespace": "team-a"})
    assert index.candidates(team) == [1, 3, 4, 5, 6, 7]


def test_a_beginning_that_tells_events_apart_goes_before_an_exact_value_that_most_of_them_have() -> None:
    in_shop = {"cluster": {"name": ["prod-eu"]}, "involvedObject": {"namespace": [{"prefix": "shop-"}]}}
    assert not ExactIndex([in_shop]).candidates(event())
    exact = {"reason": [{"prefix": "Back"}], "involvedObject": {"namespace": ["infra"]}}
    assert not ExactIndex([exact]).candidates(event())
