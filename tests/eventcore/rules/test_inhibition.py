"""Inhibition: Alertmanager's meaning, by the keys under which sources are remembered."""

from __future__ import annotations

from typing import Any

import pytest

from eventcore.event import Event
from eventcore.rules import Ruleset
from tests.eventcore.rules.documents import ruleset
from tests.fixtures.events import event


def node(reason: str = "NodeNotReady", *, name: str = "node-1", cluster: str = "prod-eu") -> Event:
    return event(reason=reason, cluster=cluster, involvedObject={"kind": "Node", "name": name})


def pod(host: str = "node-1", *, cluster: str = "prod-eu", **changes: Any) -> Event:
    return event(cluster=cluster, source={"component": "kubelet", "host": host}, **changes)


DEAD_NODE = {
    "source": {"reason": ["NodeNotReady"], "involvedObject": {"kind": ["Node"]}},
    "target": {"involvedObject": {"kind": ["Pod"]}},
    "equal": ["cluster.name", "node"],
}


def inhibits(rules: Ruleset, source: Event, target: Event) -> bool:
    return bool({mark.key for mark in rules.sources(source)} & set(rules.inhibitors(target)))


def test_a_dead_node_inhibits_its_own_pods() -> None:
    rules = ruleset(inhibit=[DEAD_NODE])
    assert inhibits(rules, node(), pod())
    assert not inhibits(rules, node(), pod("node-2"))
    assert not inhibits(rules, node(), pod(cluster="prod-us"))
    assert not inhibits(rules, node("NodeReady"), pod())
    assert rules.inhibitors(node()) == ()


def test_a_source_is_remembered_for_its_object_and_for_as_long_as_the_rule_says() -> None:
    rules = ruleset(inhibit=[DEAD_NODE | {"keep": "2h"}])
    (mark,) = rules.sources(node())
    assert mark.key.startswith("source#")
    assert (mark.object, mark.seconds) == ("prod-eu/Node//node-1", 7200.0)
    (usual,) = ruleset(inhibit=[DEAD_NODE]).sources(node())
    assert usual.seconds == 3600.0


def test_its_recovery_ends_it() -> None:
    rules = ruleset(inhibit=[DEAD_NODE])
    (mark,) = rules.sources(node())
    assert rules.ended_sources(node("NodeReady")) == ((mark.key, mark.object),)
    assert rules.ended_sources(node("NodeReady", name="node-2")) != ((mark.key, mark.object),)
    assert rules.ended_sources(pod(reason="Started")) == ()
    assert ruleset().ended_sources(node("NodeReady")) == ()


def test_what_neither_has_is_equal_and_without_equal_everything_is() -> None:
    # As in Alertmanager: a label that is missing and one that is empty are the same.
    rules = ruleset(inhibit=[DEAD_NODE | {"equal": ["involvedObject.labels.team"]}])
    assert inhibits(rules, node(), pod("node-2"))
    assert inhibits(ruleset(inhibit=[DEAD_NODE | {"equal": []}]), node(), pod(cluster="prod-us"))


def test_what_matches_both_sides_is_not_inhibited_by_the_like_nor_by_itself() -> None:
    # GIVEN Alertmanager's case: sources {s: 1}, targets {t: 1} (inhibit_test.go, TestInhibitRuleHasEqual)
    rules = ruleset(
        inhibit=[
            {
                "source": {"reason": ["A", "Both"]},
                "target": {"reason": ["B", "Both"]},
                "equal": ["cluster.name"],
            }
        ]
    )
    a, b, both = event(reason="A"), event(reason="B"), event(reason="Both")
    assert inhibits(rules, a, b)
    assert inhibits(rules, both, b)
    assert inhibits(rules, a, both)
    assert not inhibits(rules, both, both)
    assert not inhibits(rules, b, a)


def test_of_sides_that_exclude_each_other_one_key_is_asked_for() -> None:
    assert len(ruleset(inhibit=[DEAD_NODE]).inhibitors(pod())) == 1
    open_target = DEAD_NODE | {"target": {"severity": ["medium", "high"]}}
    assert len(ruleset(inhibit=[open_target]).inhibitors(pod())) == 2


def test_a_recovery_ends_what_may_have_matched_both_sides() -> None:
    rules = ruleset(inhibit=[{"source": {"reason": ["NodeNotReady"]}, "target": {"type": ["Warning"]}}])
    (mark,) = rules.sources(node())
    assert (mark.key, mark.object) in rules.ended_sources(node("NodeReady"))


@pytest.mark.parametrize("key", ["keep", "source", "target", "equal"])
def test_rules_share_nothing_unless_they_say_the_same(key: str) -> None:
    other = (
        DEAD_NODE
        | {
            "keep": {"keep": "2h"},
            "source": {"source": {"reason": ["NodeNotReady"]}},
            "target": {"target": {"involvedObject": {"kind": ["Pod", "Job"]}}},
            "equal": {"equal": ["cluster.name"]},
        }[key]
    )
    (one,), (two,) = (ruleset(inhibit=[rule]).sources(node()) for rule in (DEAD_NODE, other))
    # How long it is kept is no part of what it is.
    assert (one.key == two.key) is (key == "keep")


def test_several_rules_inhibit_side_by_side() -> None:
    rules = ruleset(inhibit=[DEAD_NODE, DEAD_NODE | {"equal": ["cluster.name"]}])
    assert len(rules.sources(node())) == len(rules.inhibitors(pod())) == 2
    assert len(rules.ended_sources(node("NodeReady"))) == 2
