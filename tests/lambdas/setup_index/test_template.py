"""Templates by version, on a server that is played over HTTP."""

from __future__ import annotations

from lambdas.setup_index.definitions import index_template
from tests.lambdas.setup_index.conftest import SetUp
from tests.lambdas.setup_index.ism_server import Ism

VERSION: int = index_template()["version"]


def test_an_older_template_is_replaced(ism: Ism, set_up: SetUp) -> None:
    ism.template = {"index_patterns": ["kube-events-*"], "version": VERSION - 1}
    assert set_up(ism.url)["template"] == "updated"
    assert ism.template == index_template()


def test_a_template_without_a_version_is_replaced(ism: Ism, set_up: SetUp) -> None:
    ism.template = {"index_patterns": ["kube-events-*"]}
    assert set_up(ism.url)["template"] == "updated"
    assert ism.template == index_template()


def test_a_template_that_somebody_changed_by_hand_is_put_right(ism: Ism, set_up: SetUp) -> None:
    ism.template = index_template() | {"priority": 7}
    assert set_up(ism.url)["template"] == "updated"
    assert ism.template == index_template()


def test_the_replicas_asked_for_are_in_the_template_and_other_ones_replace_them(
    ism: Ism, set_up: SetUp
) -> None:
    # GIVEN
    assert set_up(ism.url)["template"] == "created"
    assert ism.template == index_template("0-1")
    # WHEN / THEN
    assert set_up(ism.url, REPLICAS="0-2")["template"] == "updated"
    assert ism.template["template"]["settings"]["index"]["auto_expand_replicas"] == "0-2"
    assert set_up(ism.url, REPLICAS="0-2")["template"] == "unchanged"


def test_a_newer_template_is_left_and_the_summary_says_so(ism: Ism, set_up: SetUp) -> None:
    # GIVEN a server that a newer release has set up, and a rollback
    newer = index_template() | {"version": VERSION + 1}
    ism.template = newer
    # WHEN
    summary = set_up(ism.url)
    # THEN
    assert summary["template"] == f"left: the server has version {VERSION + 1}, which is newer than {VERSION}"
    assert ism.template == newer


def test_indices_of_an_older_template_are_named_and_the_ones_still_written_get_the_new_fields(
    ism: Ism, set_up: SetUp
) -> None:
    # GIVEN two series of indices, one of them for a cluster of its own
    ism.index("kube-events-2026.11.19", None)
    ism.index("kube-events-2026.11.20", VERSION - 1)
    ism.index("kube-events-2026.11.21", VERSION)
    ism.index("kube-events-production-2026.11.20", VERSION - 1)
    # WHEN
    mappings = set_up(ism.url)["mappings"]
    # THEN
    assert mappings["current"] == 1
    assert mappings["older"] == 3
    assert mappings["older_named"][-1] == "kube-events-2026.11.19"
    assert mappings["extended"] == ism.extended == ["kube-events-production-2026.11.20"]


def test_weekly_and_monthly_indices_are_series_too(ism: Ism, set_up: SetUp) -> None:
    for name in (
        "kube-events-2026.w46",
        "kube-events-2026.w47",
        "kube-events-a-2026.10",
        "kube-events-a-2026.11",
    ):
        ism.index(name, VERSION - 1)
    assert set(set_up(ism.url)["mappings"]["extended"]) == {"kube-events-2026.w47", "kube-events-a-2026.11"}


def test_after_another_index_period_the_indices_of_both_get_the_new_fields(ism: Ism, set_up: SetUp) -> None:
    for name in ("kube-events-2026.w46", "kube-events-2026.w47", "kube-events-2026.11.22"):
        ism.index(name, VERSION - 1)
    extended = set_up(ism.url)["mappings"]["extended"]
    assert set(extended) == {"kube-events-2026.w47", "kube-events-2026.11.22"}


def test_a_mapping_that_does_not_take_the_fields_fails_nothing(ism: Ism, set_up: SetUp) -> None:
    ism.index("kube-events-2026.11.21", VERSION - 1)
    ism.refuses_mappings = True
    assert set_up(ism.url)["mappings"] == {
        "current": 0,
        "older": 1,
        "older_named": ["kube-events-2026.11.21"],
        "extended": [],
    }


def test_years_of_daily_indices_are_counted_and_the_newest_named(ism: Ism, set_up: SetUp) -> None:
    for month in range(1, 13):
        for day in range(1, 29):
            ism.index(f"kube-events-2026.{month:02}.{day:02}", VERSION - 1)
    mappings = set_up(ism.url)["mappings"]
    assert mappings["older"] == 12 * 28
    assert len(mappings["older_named"]) == 20
    assert mappings["older_named"][0] == "kube-events-2026.12.28"
