"""`kube-events rules explain`: each yes and no, and the same decision as the functions'."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from eventcore.event import Event
from eventcore.rules import Ruleset, compile_rules, parse_rules
from eventcore.wire import encode
from kube_events.rules.tracing import trace
from lambdas.index_events.document import build_document
from tests.eventcore.rules.strategies import EVENTS, RULES
from tests.fixtures.events import event, raw_event
from tests.kube_events.rules.conftest import Run

FILE = """
drop: [{reason: [LeaderElection]}]
severity: [{match: {count: [{numeric: [">", 5]}]}, severity: critical}]
inhibit: [{source: {reason: [NodeNotReady]}, target: {involvedObject: {kind: [Pod]}}, equal: [node]}]
route:
  receiver: mail
  group_by: [involvedObject.namespace]
  routes:
    - {match: {severity: [low]}, receivers: []}
    - {match: {severity: [critical]}, receiver: chat, group_wait: 5s}
    - {match: {reason: [BackOff]}, receiver: team}
"""

EXPLAINED = """\
BackOff of Pod shop/web-1 in prod-eu: Warning, 7 times, last seen 2026-11-21T02:10:00Z

drop: not dropped
  drop[0]: does not match
    no  reason: expected "LeaderElection", found "BackOff"
severity: critical, by severity[0] (it came as high)
  severity[0]: matches
    yes count: expected {"numeric": [">", 5]}, found 7
route:
  route: takes every event; one of its routes has the event
    route.routes[0]: does not match
      no  severity: expected "low", found "critical"
    route.routes[1]: matches; tells chat
      yes severity: expected "critical", found "critical"
    route.routes[2]: not asked any more: a route before it has taken the event, without continue: true
inhibit:
  inhibit[0]: a target: nobody is told of it while a source with node=node-1.example.internal lasts
    source: does not match
      no  reason: expected "NodeNotReady", found "BackOff"
    target: matches
      yes involvedObject.kind: expected "Pod", found "Pod"

chat, by route.routes[1]:
  group: involvedObject.namespace=shop
  over when: nothing is heard of it for 10m
  timers: first told after 5s, news at most every 5m, again after 4h while it goes on
"""


@given(document=RULES, event=EVENTS)
@settings(max_examples=60, deadline=None)
def test_the_way_that_is_shown_is_the_one_that_is_gone(document: Any, event: Event) -> None:
    compiled = compile_rules(parse_rules(document), source_sha256="0" * 64)
    rules = Ruleset(compiled)
    traced = trace(compiled, event)
    assert traced.event == rules.classify(event)
    if traced.event is not None:
        told = {route.route for route in rules.routes(traced.event)}
        ends = {step.path for step in traced.routes if step.matches and step.ends}
        assert told <= ends


def test_every_step_is_shown_with_its_reason(run: Run) -> None:
    Path("rules.yaml").write_text(FILE)
    Path("event.json").write_bytes(encode(event()))
    assert run("explain", "rules.yaml", "event.json").out == EXPLAINED


def test_an_event_of_kubernetes_comes_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("rules.yaml").write_text(FILE)
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(raw_event()).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run("explain", "rules.yaml", "-", "--cluster", "prod-eu").out == EXPLAINED


def test_a_document_of_the_index_is_judged_anew(run: Run) -> None:
    # GIVEN what the index has: the severity that the rules of then gave
    Path("rules.yaml").write_text(FILE)
    stored = json.loads(build_document(event()).source) | {"severity": "low"}
    Path("document.json").write_text(json.dumps(stored))
    # WHEN / THEN
    assert run("explain", "rules.yaml", "document.json").out == EXPLAINED


def test_what_is_old_dropped_or_ends_a_problem_says_so(run: Run) -> None:
    Path("rules.yaml").write_text("drop: [{reason: [NodeReady]}]\nroute: {receiver: a}\n")
    Path("old.json").write_bytes(encode(event()))
    Path("end.json").write_bytes(
        encode(event(reason="NodeReady", involvedObject={"kind": "Node", "name": "n"}))
    )
    old = run("explain", "rules.yaml", "old.json", "--at", "2026-11-21T09:00:00Z").out
    assert "old: 6h50m when it came, more than notify_max_age (30m): told in a's one summary" in old
    dropped = run("explain", "rules.yaml", "end.json").out
    assert "drop: taken by drop[0], so neither stored nor told" in dropped
    assert "recovery: it would end NodeNotReady of prod-eu/Node//n, but it is dropped" in dropped


def test_no_text_of_an_event_steers_the_terminal(run: Run) -> None:
    Path("rules.yaml").write_text("route: {receiver: a, routes: [{match: {message: [x]}, receiver: b}]}")
    Path("event.json").write_bytes(encode(event(message="\x1b[2Jgone", reason="Back\nOff")))
    assert "\x1b" not in run("explain", "rules.yaml", "event.json").out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "it is no JSON"),
        ("[]", "found a list"),
        pytest.param("[" * 100_000, "recursion", id="deep"),
        ("5", "found a number"),
        ('{"items": [1, 2]}', "found a list of 2: take one of its items"),
        ("{}", "found neither record nor involvedObject"),
        ('{"record": "event"}', "not a kube-events record"),
        ('{"record": "event", "schemaVersion": 99}', "schema version 99"),
    ],
)
def test_what_is_no_event_is_refused(run: Run, content: str, says: str) -> None:
    Path("rules.yaml").write_text(FILE)
    Path("event.json").write_text(content)
    ran = run("explain", "rules.yaml", "event.json")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("event.json: expected an event")
    assert says in ran.err


def test_a_time_that_is_none_is_refused(run: Run) -> None:
    Path("rules.yaml").write_text(FILE)
    Path("event.json").write_bytes(encode(event()))
    refused = run("explain", "rules.yaml", "event.json", "--at", "noon")
    assert (refused.code, refused.err.partition(" expected")[0]) == (2, "--at: 'noon':")
    assert "before the year 9000" in run("explain", "rules.yaml", "event.json", "--at", "9999-12-31").err
