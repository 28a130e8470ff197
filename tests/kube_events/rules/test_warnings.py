"""What `rules check` warns of besides routes that nothing reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from eventcore.rules import compile_rules, parse_rules
from kube_events.rules.analysis.everything import odd
from tests.kube_events.rules.conftest import Run


def said(text: str, receivers: list[str] | None = None) -> list[str]:
    document: Any = yaml.safe_load(text)
    return [
        str(each) for each in odd(compile_rules(parse_rules(document), source_sha256="0" * 64), receivers)
    ]


def test_a_drop_that_takes_a_recovery_away_from_a_problem_that_is_told() -> None:
    (warning,) = said("drop: [{reason: [NodeReady]}]\nroute: {receiver: a}")
    assert warning == "drop[0]: takes away events that end problems which are told: NodeReady (NodeNotReady)"


def test_dropping_all_that_is_normal_takes_recoveries_away() -> None:
    (warning,) = said("drop: [{type: [Normal]}]\nroute: {receiver: a}")
    assert "SuccessfulAttachVolume (FailedAttachVolume)" in warning
    # What kubelets say of their Node is Normal as well, so of that problem nobody hears either.
    assert "NodeNotReady" not in warning


@pytest.mark.parametrize(
    "text",
    [
        # the problem goes the same way
        "drop: [{involvedObject: {namespace: [dev]}}]\nroute: {receiver: a}",
        "drop: [{reason: [NodeReady, NodeNotReady]}]\nroute: {receiver: a}",
        # nobody is told of the problem
        "drop: [{reason: [NodeReady]}]\nroute: {receivers: []}",
        # it takes something else
        "drop: [{reason: [Pulled, Created]}, {type: [Normal], message: [{prefix: x}]}]\nroute: {receiver: a}",
        # the file says that nothing ends it
        "recoveries: [{problem: [NodeNotReady], recovered_by: [], kind: Node}]\n"
        "drop: [{reason: [NodeReady]}]\nroute: {receiver: a}",
    ],
)
def test_a_drop_that_takes_no_end_from_anybody_is_fine(text: str) -> None:
    assert said(text) == []


def test_groups_by_what_no_recovery_knows() -> None:
    text = """
route:
  receiver: a
  group_by: [cluster.name]
  routes:
    - match: {reason: [NodeNotReady]}
      group_by: [cluster.name, message]
      routes: [{match: {cluster: {name: [x]}}}]
    - match: {reason: [Evicted]}           # is never resolved anyway
      group_by: [message]
"""
    assert said(text) == [
        "route.routes[0].group_by: no recovery knows message, so the end of these is never told: "
        "NodeNotReady (NodeReady)"
    ]


def test_names_that_nobody_uses() -> None:
    text = """
time_intervals:
  - {name: night, time_intervals: [{weekdays: [monday]}]}
  - {name: day, time_intervals: [{weekdays: [sunday]}]}
route:
  receiver: a
  routes: [{match: {reason: [B]}, mute_time_intervals: [night]}]
"""
    assert said(text, ["a", "b"]) == [
        "time_intervals.day: no route names it",
        "no route tells the receiver b",
    ]


def test_inhibitions_that_never_hold() -> None:
    text = """
drop: [{reason: [Pulled]}]
inhibit:
  - {source: {reason: [BackOff], severity: [low]}, target: {reason: [Pulled]}, equal: [node]}
  - {source: {reason: [A], $or: [{reason: [B]}, {reason: [C]}]}, target: {reason: [X]}, equal: [node]}
route: {receiver: a}
"""
    assert [each.partition(": ")[0] for each in said(text)] == [
        "inhibit[0].source",
        "inhibit[0].target",
        "inhibit[1].source",
    ]


def test_warnings_are_lines_on_stderr_and_errors_only_if_one_is_strict(run: Run) -> None:
    Path("rules.yaml").write_text("route: {receiver: a, routes: [{}, {match: {reason: [B]}}]}\n")
    # WHEN it is checked
    plain = run("check", "rules.yaml", "--write")
    # THEN the warning is said, and the file is compiled
    assert plain.code == 0
    assert plain.err == (
        "rules.yaml: warning: route.routes[1]: is never asked: route.routes[0] takes all of it,"
        " without continue: true\n"
    )
    assert Path("rules.compiled.json").exists()
    # AND with --strict it is not
    Path("rules.compiled.json").unlink()
    strict = run("check", "rules.yaml", "--write", "--strict")
    assert (strict.code, strict.err, strict.out) == (1, plain.err, "")
    assert not Path("rules.compiled.json").exists()


def test_the_schema_is_the_one_that_is_shipped(run: Run) -> None:
    shipped = Path(__file__).parents[3] / "rules" / "schema.json"
    assert run("schema").out == shipped.read_text()
