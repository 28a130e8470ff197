"""How problems end, what ends them, and the groups in which they are looked for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from eventcore.event import Event
from eventcore.grouping.group import Ending
from eventcore.grouping.key import group_of
from eventcore.recoveries import QUIET, RECOVERY_TABLE
from eventcore.rules import Ruleset
from eventcore.rules.pseudo_events import unknowable
from tests.eventcore.rules.documents import ruleset
from tests.eventcore.rules.strategies import ROUTES, as_root
from tests.fixtures.events import event


def node(reason: str, **changes: Any) -> Event:
    involved = {"kind": "Node", "name": "node-1", "uid": "node-1"}
    return event(**{"reason": reason, "involvedObject": involved} | changes)


def ending(rules: Ruleset, of: Event) -> Ending:
    (route,) = rules.routes(of)
    return rules.ending(of, route)


def test_a_crash_loop_is_over_when_it_is_quiet_and_a_dead_node_when_it_is_ready() -> None:
    rules = ruleset()
    assert ending(rules, event(reason="BackOff")) == Ending(quiet=600.0)
    assert ending(rules, event(reason="Unhealthy")) == Ending(quiet=600.0)
    assert ending(rules, node("NodeNotReady")) == Ending(recovers=True)
    assert not ending(rules, event(reason="Evicted")).comes
    assert not ending(rules, event(reason="NobodyKnows")).comes


def test_a_reason_may_mean_something_else_of_another_kind() -> None:
    # The node controller says NodeNotReady of each Pod on the node too, and nobody takes that back.
    assert not ending(ruleset(), event(reason="NodeNotReady")).comes


def test_resolve_after_replaces_the_tables_quiet_and_makes_no_ending_where_there_is_none() -> None:
    rules = ruleset(route={"receiver": "ops-mail", "resolve_after": "1h"})
    assert ending(rules, event(reason="BackOff")) == Ending(quiet=3600.0)
    assert ending(rules, event(reason="FailedScheduling")) == Ending(recovers=True, quiet=3600.0)
    assert ending(rules, node("NodeNotReady")) == Ending(recovers=True)
    assert not ending(rules, event(reason="Evicted")).comes


def test_the_file_adds_to_the_table_and_replaces_and_takes_away() -> None:
    rules = ruleset(
        recoveries=[
            {"problem": ["DatabaseDown"], "recovered_by": ["DatabaseUp"]},
            {"problem": ["BackOff"], "resolve_after": "30m"},
            {"problem": ["Unhealthy"]},
            {"problem": ["NodeNotReady"], "kind": "Pod", "resolve_after": "5m"},
        ]
    )
    assert ending(rules, event(reason="DatabaseDown")) == Ending(recovers=True)
    assert ending(rules, event(reason="BackOff")) == Ending(quiet=1800.0)
    assert not ending(rules, event(reason="Unhealthy")).comes
    # Of Pods only, so that nodes end as before.
    assert ending(rules, event(reason="NodeNotReady")) == Ending(quiet=300.0)
    assert ending(rules, node("NodeNotReady")) == Ending(recovers=True)


def test_an_entry_without_a_kind_replaces_those_of_all_kinds() -> None:
    rules = ruleset(recoveries=[{"problem": ["NodeNotReady"], "recovered_by": ["NodeBack"]}])
    assert rules.recovery(node("NodeReady")) is None
    recovery = rules.recovery(node("NodeBack"))
    assert recovery is not None
    assert recovery.problems == {"NodeNotReady"}


def test_a_recovery_names_its_object_and_every_problem_that_it_ends() -> None:
    recovery = ruleset().recovery(event(reason="Scheduled", type="Normal"))
    assert recovery is not None
    assert recovery.object == "prod-eu/Pod/shop/web-1"
    assert recovery.problems == {"FailedScheduling", "NotTriggerScaleUp"}
    assert recovery.at == event().last_seen.timestamp()


@pytest.mark.parametrize("reason", ["Started", "Pulled", "Created", "BackOff", "Killing"])
def test_what_a_container_does_in_a_crash_loop_ends_nothing(reason: str) -> None:
    assert ruleset().recovery(event(reason=reason)) is None
    assert ruleset().recovery_groups(event(reason=reason)) == ()


def test_of_another_kind_than_the_tables_nothing_is_recovered() -> None:
    assert ruleset().recovery(event(reason="NodeReady")) is None


def test_no_row_of_the_table_is_hidden_by_another() -> None:
    said = [(problem, row.kind) for row in RECOVERY_TABLE for problem in row.problems]
    assert len(said) == len(set(said))
    assert all(row.recovered_by or row.quiet for row in RECOVERY_TABLE)
    assert all(row.quiet is None or row.quiet >= QUIET for row in RECOVERY_TABLE)
    ends = {reason for row in RECOVERY_TABLE for reason in row.recovered_by}
    assert not ends & {problem for problem, _ in said}


def test_a_recovery_finds_the_group_of_its_problem_whatever_else_the_routes_ask_for() -> None:
    rules = ruleset(
        route={
            "receiver": "ops-mail",
            "group_by": ["cluster.name", "reason", "severity"],
            "routes": [
                {"match": {"involvedObject": {"kind": ["Job"]}}, "receiver": "jobs"},
                {"match": {"type": ["Warning"], "reason": ["NodeNotReady"]}, "receiver": "warnings"},
                {"match": {"message": [{"prefix": "Node"}]}, "receiver": "texts", "continue": True},
                {"match": {"reason": ["NodeNotReady"]}, "receivers": ["nodes", "chat"]},
                {"receiver": "nobody-comes-here"},
            ],
        }
    )
    found = rules.recovery_groups(node("NodeReady", type="Normal"))
    assert {ref.route.receiver for ref in found} == {"warnings", "texts", "nodes", "chat"}
    # Each of the four severities it may have had is a group of its own.
    assert len(found) == 16
    assert len({ref.key for ref in found}) == 16


_GROUP_BY = st.lists(
    st.sampled_from(
        [
            "cluster.name",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.labels.app",
            "severity",
            "type",
            "node",
            "source.component",
            "metadata.namespace",
        ]
    ),
    unique=True,
    max_size=3,
) | st.just(["..."])


@given(
    ROUTES,
    _GROUP_BY,
    st.sampled_from([("FailedScheduling", "Scheduled"), ("FailedMount", "SuccessfulMountVolume")]),
    st.sampled_from(["", "node-1.example.internal"]),
    st.integers(1, 6),
    st.booleans(),
    st.sampled_from(["critical", "high", "medium", "low"]),
)
@settings(deadline=None, max_examples=150)
def test_no_group_that_holds_a_problem_is_missed(
    route: dict[str, Any],
    group_by: list[str],
    reasons: tuple[str, str],
    host: str,
    count: int,
    labelled: bool,
    severity: Any,
) -> None:
    # GIVEN a problem, and a recovery that looks different in all that a recovery cannot know
    rules = ruleset(route=_grouped(as_root(route), group_by))
    problem = event(reason=reasons[0], count=count, source={"component": "x", "host": host})
    recovery = event(
        reason=reasons[1],
        type="Normal",
        count=1,
        message="",
        source={"component": "x", "host": "node-1.example.internal"},
    )
    recovery = replace(recovery, involved_object=replace(recovery.involved_object, labels={"app": "web"}))
    if labelled:
        problem = replace(problem, involved_object=recovery.involved_object)
    problem = replace(problem, severity=severity)
    # WHEN
    groups = {group_of(matched, problem).key for matched in rules.routes(problem)}
    # THEN
    assert groups <= {ref.key for ref in rules.recovery_groups(recovery)}


def _grouped(route: dict[str, Any], group_by: list[str]) -> dict[str, Any]:
    routes = [_grouped(one, group_by) for one in route.get("routes", [])]
    return route | {"group_by": group_by, "routes": routes}


def test_what_a_recovery_cannot_know_is_said() -> None:
    assert unknowable(["cluster.name", "severity", "node", "message", "count", "metadata.labels.app"]) == (
        "message",
        "count",
        "metadata.labels.app",
    )
    assert unknowable(["..."]) == ()
