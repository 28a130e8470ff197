"""Applying rules: drop, severity, and Alertmanager's routing."""

from __future__ import annotations

from typing import Any

from eventcore.event import Event
from eventcore.rules import Ruleset, compile_rules, parse_rules
from tests.fixtures.events import event


def ruleset(**document: Any) -> Ruleset:
    document.setdefault("route", {"receivers": []})
    return Ruleset(compile_rules(parse_rules(document), source_sha256="0" * 64))


def told(route: dict[str, Any], of: Event) -> list[tuple[str, str]]:
    return [(one.route, one.receiver) for one in ruleset(route=route).routes(of)]


NODE = event(reason="NodeNotReady", involvedObject={"kind": "Node", "name": "node-1"})
POD = event(reason="BackOff")


def test_an_event_that_a_drop_rule_matches_is_gone() -> None:
    rules = ruleset(drop=[{"reason": ["LeaderElection"]}, {"involvedObject": {"kind": ["Node"]}}])
    assert rules.classify(NODE) is None
    assert rules.classify(POD) == POD


def test_the_first_severity_rule_that_matches_decides_else_the_built_in_table() -> None:
    rules = ruleset(
        severity=[
            {"match": {"involvedObject": {"kind": ["Node"]}}, "severity": "medium"},
            {"match": {"reason": [{"prefix": "Node"}]}, "severity": "low"},
        ]
    )
    classified = rules.classify(NODE)
    assert classified is not None
    assert classified.severity == "medium"
    assert rules.classify(POD) is POD


def test_drop_and_severity_rules_see_the_built_in_severity_and_routes_the_final_one() -> None:
    # GIVEN rules that lift high to critical, and would drop what is critical by itself
    rules = ruleset(
        drop=[{"severity": ["critical"]}],
        severity=[
            {"match": {"severity": ["high"]}, "severity": "critical"},
            {"match": {"severity": ["critical"]}, "severity": "low"},
        ],
        route={"receivers": [], "routes": [{"match": {"severity": ["critical"]}, "receiver": "sre"}]},
    )
    # WHEN
    classified = rules.classify(POD)
    # THEN it is lifted once, not dropped for it, and told as critical
    assert classified is not None
    assert classified.severity == "critical"
    assert [one.receiver for one in rules.routes(classified)] == ["sre"]


def test_the_root_takes_what_no_child_matches() -> None:
    route = {"receiver": "all", "routes": [{"match": {"reason": ["Other"]}, "receiver": "other"}]}
    assert told(route, POD) == [("route", "all")]


def test_the_first_child_that_matches_ends_it_unless_it_continues() -> None:
    def children(*, goes_on: bool) -> dict[str, Any]:
        return {
            "receiver": "all",
            "routes": [
                {"match": {"reason": ["BackOff"]}, "receiver": "first", "continue": goes_on},
                {"match": {"reason": ["Other"]}, "receiver": "never"},
                {"match": {"type": ["Warning"]}, "receiver": "second"},
                {"receiver": "third"},
            ],
        }

    assert told(children(goes_on=False), POD) == [("route.routes[0]", "first")]
    assert told(children(goes_on=True), POD) == [("route.routes[0]", "first"), ("route.routes[2]", "second")]


def test_children_come_before_the_node_which_takes_what_none_of_them_does() -> None:
    route = {
        "receiver": "all",
        "routes": [
            {
                "match": {"type": ["Warning"]},
                "receiver": "warnings",
                "routes": [{"match": {"involvedObject": {"kind": ["Node"]}}, "receiver": "nodes"}],
            }
        ],
    }
    assert told(route, NODE) == [("route.routes[0].routes[0]", "nodes")]
    assert told(route, POD) == [("route.routes[0]", "warnings")]
    assert told(route, event(type="Normal")) == [("route", "all")]


def test_receivers_are_short_for_a_route_each_and_are_inherited() -> None:
    route = {"receivers": ["a", "b"], "routes": [{"match": {"reason": ["BackOff"]}}]}
    assert told(route, POD) == [("route.routes[0]", "a"), ("route.routes[0]", "b")]


def test_an_empty_list_of_receivers_tells_nobody_and_still_is_a_match() -> None:
    route = {
        "receiver": "all",
        "routes": [{"match": {"reason": ["BackOff"]}, "receivers": []}, {"receiver": "rest"}],
    }
    assert told(route, POD) == []
    assert told(route, NODE) == [("route.routes[1]", "rest")]


def test_a_matched_route_carries_how_it_groups_inherited_from_its_parents() -> None:
    rules = ruleset(
        route={
            "receiver": "all",
            "group_by": ["reason"],
            "group_wait": "10s",
            "routes": [{"match": {"reason": ["BackOff"]}, "group_by": ["node"], "repeat_interval": "1h"}],
        }
    )
    (matched,) = rules.routes(POD)
    assert (matched.receiver, matched.group_by, matched.group_wait) == ("all", ("node",), 10.0)
    # What nobody says is as in Alertmanager.
    assert (matched.group_interval, matched.repeat_interval) == (300.0, 3600.0)


def test_a_ruleset_knows_all_its_receivers() -> None:
    assert ruleset(route={"receiver": "a", "routes": [{"receivers": ["b", "c"]}]}).receivers == {
        "a",
        "b",
        "c",
    }
