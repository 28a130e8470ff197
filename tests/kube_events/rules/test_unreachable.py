"""Warnings of rules without effect: each is a proof, and the plain cases are found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from eventcore.event import Event
from eventcore.patterns import compile_pattern
from eventcore.rules import CompiledRoute, CompiledRules, compile_rules, parse_rules
from eventcore.wire import as_view
from kube_events.rules.analysis.terms import covered, terms_of
from kube_events.rules.analysis.unreachable import unreachable
from tests.eventcore.rules.strategies import EVENTS, PATTERNS, RULES


def compiled(document: Any) -> CompiledRules:
    return compile_rules(parse_rules(document), source_sha256="0" * 64)


def odd(text: str) -> dict[str, str]:
    """Path to what is said of it."""
    return dict(unreachable(compiled(yaml.safe_load(text))))


def visited(rules: CompiledRules, event: Event) -> Iterator[str]:
    """Paths of whatever the event comes to and is matched by: the plain way, without an index."""
    view = as_view(event)
    for at, pattern in enumerate(rules.drop):
        if compile_pattern(pattern).matches(view):
            yield f"drop[{at}]"
            return
    severity: str = event.severity
    for at, rule in enumerate(rules.severity):
        if compile_pattern(rule.match).matches(view):
            yield f"severity[{at}]"
            severity = rule.severity
            break
    yield from _walked(rules.route, {**view, "severity": severity})


def _walked(route: CompiledRoute, view: dict[str, Any]) -> Iterator[str]:
    for child in route.routes:
        if child.match is None or compile_pattern(child.match).matches(view):
            yield child.path
            yield from _walked(child, view)
            if not child.continues:
                return


@given(pattern=PATTERNS, others=st.lists(PATTERNS, max_size=4), event=EVENTS)
@settings(max_examples=120, deadline=None)
def test_what_is_covered_is_matched_by_one_of_the_covers(
    pattern: Any, others: list[Any], event: Event
) -> None:
    view = as_view(event)
    if not compile_pattern(pattern).matches(view):
        return
    terms = terms_of(pattern)
    covers = [term for other in others for term in terms_of(other) or ()]
    assert terms is not None
    assert terms, "an event matches what is said to be contradictory"
    if all(covered(term, covers) for term in terms):
        assert any(compile_pattern(other).matches(view) for other in others)


@given(document=RULES, events=st.lists(EVENTS, min_size=1, max_size=8))
@settings(max_examples=80, deadline=None)
def test_nothing_that_is_warned_of_is_ever_reached(document: Any, events: list[Event]) -> None:
    rules = compiled(document)
    warned = {path for path, _ in unreachable(rules)}
    for event in events:
        assert warned.isdisjoint(visited(rules, event))


@pytest.mark.parametrize(
    ("leaf", "wider"),
    [
        ("[Failed]", "[{prefix: Fail}]"),
        ("[Failed, Evicted]", "[Evicted, BackOff, Failed]"),
        ("[Failed]", "[{anything-but: BackOff}]"),
        ("[{prefix: FailedM}]", "[{prefix: Failed}]"),
        ("[{prefix: FailedM}]", "[{wildcard: Failed*}]"),
        ("[{suffix: Mount}]", "[{suffix: unt}]"),
        ("[{prefix: Failed}]", "[{anything-but: [BackOff, Evicted]}]"),
        ("[{prefix: Failed}]", "[{anything-but: {prefix: [Node, Back]}}]"),
        ("[{anything-but: [a, b]}]", "[{anything-but: a}]"),
        ("[{anything-but: {prefix: a}}]", "[{anything-but: {prefix: [ab, ac]}}]"),
        ("[{anything-but: {prefix: a}}]", "[{exists: true}]"),
        ("[{regex: 'a.c'}]", "[{regex: 'a.c'}, b]"),
        ("[{regex: 'a.c'}]", "[{exists: true}]"),
        ("[{exists: false}]", "[{exists: true}, {exists: false}]"),
    ],
)
def test_a_route_behind_a_wider_one_is_shadowed_and_never_the_other_way_round(leaf: str, wider: str) -> None:
    def file(first: str, second: str) -> str:
        routes = [{"match": {"reason": yaml.safe_load(each)}} for each in (first, second)]
        return yaml.safe_dump({"route": {"receiver": "a", "routes": routes}})

    assert odd(file(wider, leaf)) == {
        "route.routes[1]": "is never asked: route.routes[0] takes all of it, without continue: true"
    }
    assert odd(file(leaf, wider)) == {}


def test_numbers_are_ranges() -> None:
    def file(first: list[Any], second: list[Any]) -> str:
        routes = [{"match": {"count": [{"numeric": each}]}} for each in (first, second)]
        return yaml.safe_dump({"route": {"receiver": "a", "routes": routes}})

    assert "route.routes[1]" in odd(file([">", 3], [">=", 4]))
    assert "route.routes[1]" in odd(file([">=", 3], [">", 3, "<=", 9]))
    assert odd(file([">", 3], [">=", 3])) == {}


def test_siblings_may_take_it_together() -> None:
    found = odd("""
route:
  receiver: a
  routes:
    - {match: {reason: [Pulled]}}
    - {match: {severity: [critical, high]}}
    - {match: {severity: [medium, low], type: [Warning]}}
    - {match: {severity: [medium, low], type: [Normal]}}
    - {match: {type: [Warning, Normal]}}
    - {match: {type: [Odd]}}
""")
    assert list(found) == ["route.routes[4]"]
    assert "route.routes[1], route.routes[2] and route.routes[3] take all of it" in found["route.routes[4]"]


def test_a_sibling_that_continues_takes_nothing_away() -> None:
    assert odd("route: {receiver: a, routes: [{continue: true}, {match: {reason: [A]}}]}") == {}
    found = odd("route: {receiver: a, routes: [{}, {match: {reason: [A]}}]}")
    assert list(found) == ["route.routes[1]"]


def test_a_route_may_contradict_itself_or_those_above() -> None:
    found = odd("""
route:
  receiver: a
  routes:
    - match: {reason: [A], $or: [{reason: [B]}, {reason: [{prefix: C}]}]}
    - match: {involvedObject: {kind: [Pod]}}
      routes:
        - match: {involvedObject: {kind: [Node, {prefix: P}]}}
        - match: {involvedObject: {kind: [Node]}}
          routes: [{match: {reason: [B]}}]
""")
    assert found == {
        "route.routes[0]": "can never match: its conditions on reason contradict one another",
        "route.routes[1].routes[1]": (
            "can never match: what it asks of involvedObject.kind contradicts the routes above"
        ),
    }


def test_severities_that_nothing_gives_are_found() -> None:
    text = """
severity:
  - {match: {reason: [Mine], type: [Warning]}, severity: critical}
route:
  receiver: a
  routes:
    - {match: {reason: [BackOff], severity: [critical]}}         # the table says high
    - {match: {reason: [Mine], severity: [high]}}                # critical, medium or low
    - {match: {reason: [Mine], type: [Warning], severity: [medium]}}
    - {match: {reason: [Mine], severity: [critical]}}
    - {match: {reason: [Unhealthy], severity: [high]}}           # by its message
    - {match: {severity: [critical]}}
"""
    found = odd(text)
    assert list(found) == ["route.routes[0]", "route.routes[1]", "route.routes[2]"]
    assert all("no severity rule and not the built-in table" in says for says in found.values())


def test_what_drop_takes_reaches_no_severity_rule_and_no_route() -> None:
    text = """
drop:
  - {reason: [{prefix: Pull}]}
  - {reason: [Pulling], type: [Normal]}
  - {reason: [BackOff], severity: [low]}
severity:
  - {match: {reason: [Pulled]}, severity: high}
  - {match: {reason: [Failed]}, severity: high}
  - {match: {reason: [Failed], type: [Warning]}, severity: low}
route:
  receiver: a
  routes:
    - {match: {reason: [Pulled, Pulling]}}
    - {match: {reason: [Pulled, Failed]}}
"""
    assert odd(text) == {
        "drop[1]": "never decides: drop[0] takes all of it before",
        "drop[2]": "can never match: the built-in table gives these reasons no such severity",
        "severity[0]": "can never match: drop[0] drops all of it",
        "severity[2]": "never decides: severity[1] takes all of it before",
        "route.routes[0]": "can never match: drop[0] drops all of it",
    }


def test_of_arrays_one_element_is_enough_so_nothing_contradicts() -> None:
    assert (
        odd("""
route:
  receiver: a
  routes:
    - match: {truncated: [message]}
      routes:
        - {match: {truncated: [reason]}}
    - match: {involvedObject: {owners: {kind: [Job]}}}
      routes:
        - {match: {involvedObject: {owners: {kind: [CronJob]}}}}
""")
        == {}
    )


def test_a_pattern_of_very_many_alternatives_is_left_alone() -> None:
    alternatives = "$or: [" + ", ".join(f"{{reason: [A{n}]}}" for n in range(300)) + "]"
    assert (
        odd(f"route: {{receiver: a, routes: [{{match: {{{alternatives}}}}}, {{match: {{reason: [A1]}}}}]}}")
        == {}
    )
