"""What counts as an answer that draws something: the tests of the panels stand on it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dashboards.answers import empty_filters, something

FIGURE = {"value": 3}
EMPTY_FIGURE = {"value": None}
HIT = {"hits": {"hits": [{"_source": {"message": "Back-off"}}]}}
HIT_WITHOUT_THE_FIELD = {"hits": {"hits": [{"_source": {}}]}}


def bucket(count: int = 1, **inside: Any) -> dict[str, Any]:
    return {"key": "BackOff", "doc_count": count, **inside}


@pytest.mark.parametrize(
    "aggregations",
    [
        {"1": FIGURE, "2": HIT},
        {"2": {"buckets": [bucket(1, **{"1": EMPTY_FIGURE}), bucket(1, **{"1": FIGURE})]}},
        {"2": {"buckets": {"Memory": bucket(0), "CPU": bucket(2)}}},
    ],
)
def test_figures_and_buckets_with_documents_draw_something(aggregations: dict[str, Any]) -> None:
    assert something(aggregations)


@pytest.mark.parametrize(
    "aggregations",
    [
        {"1": EMPTY_FIGURE},
        {"1": {"value": 0}},
        {"1": HIT_WITHOUT_THE_FIELD},
        {"1": {"hits": {"hits": []}}},
        {"2": {"buckets": []}},
        {"2": {"buckets": [bucket(0)]}},
        {"2": {"buckets": [bucket(1, **{"1": FIGURE, "3": {"buckets": []}})]}},
        {"2": {"buckets": {"Memory": bucket(0)}}},
    ],
)
def test_a_gap_anywhere_on_the_way_draws_nothing(aggregations: dict[str, Any]) -> None:
    assert not something(aggregations)


def test_a_filter_that_finds_nothing_in_any_bucket_is_named() -> None:
    # GIVEN two intervals with two filters each, of which one finds something in one interval only
    intervals = [
        bucket(2, **{"3": {"buckets": {"CPU": bucket(1), "Memory": bucket(0), "Ports": bucket(0)}}}),
        bucket(1, **{"3": {"buckets": {"CPU": bucket(0), "Memory": bucket(1), "Ports": bucket(0)}}}),
    ]
    # THEN
    assert empty_filters({"2": {"buckets": intervals}}) == {"Ports"}
