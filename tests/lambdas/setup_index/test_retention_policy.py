"""The policy document against what ISM and Amazon's documents say; no registry has a server with ISM."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from eventcore.identity import IndexPeriod
from lambdas.setup_index.definitions import index_template, retention_policy

STAGES = [
    pytest.param({}, ["kept", "deleted"], id="deleted only"),
    pytest.param({"warm_after_days": 7}, ["kept", "warm", "deleted"], id="warm"),
    pytest.param(
        {"warm_after_days": 7, "cold_after_days": 14},
        ["kept", "warm", "cold", "deleted_from_cold"],
        id="warm and cold",
    ),
]
each_chain = pytest.mark.parametrize(("storage", "names"), STAGES)


def policy(period: IndexPeriod = "day", **storage: int) -> dict[str, Any]:
    found: dict[str, Any] = retention_policy(30, period, **storage)["policy"]
    return found


def walk(found: dict[str, Any]) -> list[tuple[dict[str, Any], int]]:
    """The states in the order in which an index comes through them, each with its age in days by then."""
    states = {state["name"]: state for state in found["states"]}
    assert len(states) == len(found["states"])
    way, name, age = [], found["default_state"], 0
    while len(way) < len(states):
        way.append((states[name], age))
        if not states[name]["transitions"]:
            return way
        [transition] = states[name]["transitions"]
        assert transition.keys() == {"state_name", "conditions"}
        assert transition["conditions"].keys() == {"min_index_age"}
        age = int(transition["conditions"]["min_index_age"].removesuffix("d"))
        name = transition["state_name"]
    raise AssertionError("the states lead round in a circle")


@each_chain
def test_an_index_comes_through_every_state_and_ends_deleted(
    storage: dict[str, int], names: list[str]
) -> None:
    # WHEN
    found = policy(**storage)
    way = walk(found)
    # THEN
    assert [state["name"] for state, _ in way] == names
    assert {state["name"] for state in found["states"]} == set(names)
    assert all(earlier < later for (_, earlier), (_, later) in pairwise(way))


@each_chain
def test_every_state_does_one_thing_and_the_last_one_deletes(
    storage: dict[str, int], names: list[str]
) -> None:
    # An index in cold storage is deleted by another action than one that is attached.
    # https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ism.html
    done = {
        "kept": [],
        "warm": ["warm_migration"],
        "cold": ["cold_migration"],
        "deleted": ["delete"],
        "deleted_from_cold": ["cold_delete"],
    }
    for state, _ in walk(policy(**storage)):
        found = [kind for action in state["actions"] for kind in action if kind not in ("retry", "timeout")]
        assert found == done[state["name"]]


def test_cold_storage_is_told_the_field_that_says_how_old_a_document_is() -> None:
    cold = next(
        state for state in policy(warm_after_days=7, cold_after_days=14)["states"] if state["name"] == "cold"
    )
    field = cold["actions"][0]["cold_migration"]["timestamp_field"]
    assert index_template()["template"]["mappings"]["properties"][field] == {"type": "date"}


@pytest.mark.parametrize(
    ("period", "warm", "cold", "deleted"),
    [("day", 8, 15, 31), ("week", 14, 21, 37), ("month", 38, 45, 61)],
)
def test_nothing_happens_to_a_document_before_its_time(
    period: IndexPeriod, warm: int, cold: int, deleted: int
) -> None:
    # An index is as old as its first document; its last one may be a whole period younger.
    way = walk(policy(period, warm_after_days=7, cold_after_days=14))
    assert [age for _, age in way] == [0, warm, cold, deleted]


def test_the_policy_takes_the_indices_that_the_template_makes_and_no_others() -> None:
    # Two ISM templates of one priority and overlapping patterns are refused, so ours is not 0, the default.
    [template] = policy()["ism_template"]
    assert template["index_patterns"] == index_template()["index_patterns"] == ["kube-events-*"]
    assert template["priority"] > 0


def test_the_mapping_says_by_which_template_it_was_made() -> None:
    template = index_template()
    assert template["template"]["mappings"]["_meta"]["version"] == template["version"]
