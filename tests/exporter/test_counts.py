"""Counters lose nothing, whoever adds to them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from exporter.counts import CALL_BOUNDS, Counts


def test_several_threads_add_to_one_counter_and_nothing_is_lost() -> None:
    counts = Counts()

    def add() -> None:
        for _ in range(5_000):
            counts.add("read")
            counts.called(0.01, ok=True)

    with ThreadPoolExecutor(4) as threads:
        for _ in range(4):
            threads.submit(add)
    assert counts.snapshot()["read"] == 20_000
    assert sum(counts.calls(ok=True).by_bound) == 20_000


def test_every_outcome_is_in_the_account_from_the_start() -> None:
    assert set(Counts().snapshot().values()) == {0}
    assert Counts().drops() == {"rule": 0}


def test_restarts_are_counted_by_resource_and_reason() -> None:
    counts = Counts()
    counts.restarted("events", "cut")
    counts.restarted("events", "cut")
    counts.restarted("pods", "expired")
    assert counts.restarts() == {("events", "cut"): 2, ("pods", "expired"): 1}


def test_a_call_is_counted_under_the_first_bound_that_it_does_not_exceed() -> None:
    counts = Counts()
    for seconds in (0.005, 0.0051, 10.0, 60.0):
        counts.called(seconds, ok=False)
    calls = counts.calls(ok=False)
    bounds = [*CALL_BOUNDS, float("inf")]
    assert [bound for bound, number in zip(bounds, calls.by_bound, strict=True) if number] == [
        0.005,
        0.01,
        10.0,
        float("inf"),
    ]
    assert calls.seconds == 70.0101
    assert counts.calls(ok=True).seconds == 0
