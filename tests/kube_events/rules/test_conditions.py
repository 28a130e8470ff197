"""Conditions agree with the matcher, and say what was asked and what was there."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from eventcore.event import Event
from eventcore.patterns import compile_pattern
from eventcore.wire import as_view
from kube_events.rules.conditions import conditions_of
from tests.eventcore.rules.strategies import EVENTS, PATTERNS
from tests.fixtures.events import event


def lines(pattern: dict[str, Any], view: dict[str, Any]) -> list[str]:
    return [line for condition in conditions_of(pattern, view) for line in condition.lines()]


@given(pattern=PATTERNS, event=EVENTS)
@settings(max_examples=100, deadline=None)
def test_all_conditions_hold_exactly_where_the_pattern_matches(pattern: Any, event: Event) -> None:
    view = as_view(event)
    assert all(each.holds for each in conditions_of(pattern, view)) == compile_pattern(pattern).matches(view)


def test_each_condition_says_its_field_what_was_asked_and_what_was_there() -> None:
    view = as_view(event())
    pattern = {
        "reason": ["BackOff"],
        "count": [{"numeric": [">", 9]}],
        "involvedObject": {"labels": {"app.kubernetes.io/name": ["web", "api"]}},
    }
    assert lines(pattern, view) == [
        'yes reason: expected "BackOff", found "BackOff"',
        'no  count: expected {"numeric": [">", 9]}, found 7',
        'no  involvedObject.labels["app.kubernetes.io/name"]: expected one of ["web", "api"], found nothing',
    ]


def test_alternatives_are_shown_each() -> None:
    pattern = {"$or": [{"reason": ["A"]}, {"type": ["Warning"], "node": [{"exists": False}]}]}
    assert lines(pattern, {"type": "Warning"}) == [
        "yes $or: expected one of",
        "    1.",
        '       no  reason: expected "A", found nothing',
        "    2.",
        '       yes type: expected "Warning", found "Warning"',
        '       yes node: expected {"exists": false}, found nothing',
    ]


def test_of_an_array_one_element_has_to_have_it_all() -> None:
    owners = [{"kind": "ReplicaSet", "name": "web-1"}, {"kind": "Deployment", "name": "web"}]
    view = {"involvedObject": {"owners": owners}}
    pattern = {"involvedObject": {"owners": {"kind": ["Deployment"], "name": ["web-1"]}}}
    (condition,) = conditions_of(pattern, view)
    assert not condition.holds
    assert condition.path == "involvedObject.owners"
    assert '"ReplicaSet"' in condition.found
    assert not compile_pattern(pattern).matches(view)
