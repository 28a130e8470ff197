"""The rules of delivering a batch of a stream, without threads, time or processes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandbox.lambda_service import InvocationResult
from sandbox.lambda_service.counters import Counters
from sandbox.lambda_service.destination import Discarded
from sandbox.lambda_service.mapping import StreamMapping
from sandbox.lambda_service.records import SourceRecord
from sandbox.lambda_service.stream_delivery import StreamDelivery

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def records(*ages: float) -> list[SourceRecord]:
    return [
        SourceRecord(id=str(index), arrived=NOW - timedelta(seconds=age), content={}, view={}, size=2)
        for index, age in enumerate(ages)
    ]


def mapping(**settings: Any) -> StreamMapping:
    usual: dict[str, Any] = {
        "uuid": "mapping",
        "function_arn": "arn:aws:lambda:eu-central-1:123456789012:function:f",
        "source_arn": "arn:aws:kinesis:eu-central-1:123456789012:stream/s",
        "batch_size": 100,
        "window": 0.0,
        "patterns": (),
        "partial_failures": True,
        "starting_position": "TRIM_HORIZON",
        "starting_timestamp": None,
        "parallelization_factor": 1,
        "bisect": False,
        "maximum_retries": -1,
        "maximum_age": -1,
        "destination_arn": None,
    }
    return StreamMapping(**(usual | settings))


class Bench:
    """A delivery whose function is `answer`: the ids that fail, or None for an exception."""

    def __init__(
        self, answer: Callable[[list[str]], list[str] | None], *, stop_after: int = 1_000, **settings: Any
    ) -> None:
        self.calls: list[list[str]] = []
        self.taken: list[str] = []
        self.discarded: list[Discarded] = []
        self.waits: list[float] = []
        self.counters = Counters("f", "s")
        self._answer = answer
        self._stop_after = stop_after
        self.delivery = StreamDelivery(
            mapping(**settings),
            retention=timedelta(hours=24),
            invoke=self._invoke,
            discard=self._discard,
            counters=self.counters,
            wait=self._wait,
            now=lambda: NOW,
        )

    def _invoke(self, batch: Sequence[SourceRecord]) -> InvocationResult:
        ids = [record.id for record in batch]
        self.calls.append(ids)
        failed = self._answer(ids)
        error = "Unhandled" if failed is None else None
        lowest = min((ids.index(one) for one in failed), default=len(ids)) if failed is not None else 0
        self.taken += ids[:lowest]
        named = {"batchItemFailures": [{"itemIdentifier": one} for one in failed or []]}
        payload = json.dumps(named).encode()
        return InvocationResult(request_id="r", payload=payload, function_error=error, seconds=0)

    def _discard(self, discarded: Discarded) -> bool:
        self.discarded.append(discarded)
        return True

    def _wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return len(self.waits) >= self._stop_after


def test_retries_are_counted_and_then_the_batch_is_given_up() -> None:
    # GIVEN a function that always raises, and two retries
    bench = Bench(lambda ids: None, maximum_retries=2)
    # WHEN
    bench.delivery.deliver(records(0, 0))
    # THEN
    assert bench.calls == [["0", "1"]] * 3
    [discarded] = bench.discarded
    assert (discarded.condition, discarded.invocations) == ("RetryAttemptsExhausted", 3)


def test_without_a_limit_it_is_tried_until_the_service_stops() -> None:
    # GIVEN
    bench = Bench(lambda ids: None, stop_after=20)
    # WHEN
    bench.delivery.deliver(records(0))
    # THEN
    assert len(bench.calls) == 20
    assert not bench.discarded


def test_waiting_grows_and_stays_bounded() -> None:
    # GIVEN
    bench = Bench(lambda ids: None, stop_after=50)
    # WHEN
    bench.delivery.deliver(records(0))
    # THEN
    assert max(bench.waits) <= 5.0
    assert sum(bench.waits[-10:]) > sum(bench.waits[:3])


def test_record_older_than_the_limit_is_given_up_unseen_and_the_rest_delivered() -> None:
    # GIVEN
    bench = Bench(lambda ids: [], maximum_age=60)
    # WHEN
    bench.delivery.deliver(records(61, 59))
    # THEN
    assert bench.calls == [["1"]]
    [discarded] = bench.discarded
    assert discarded.condition == "MaximumRecordAgeExceeded"
    assert [record.id for record in discarded.records] == ["0"]
    assert discarded.result is None


def test_record_that_the_stream_no_longer_holds_is_given_up_even_without_a_limit() -> None:
    # GIVEN a retention of 24 h
    bench = Bench(lambda ids: [])
    # WHEN
    bench.delivery.deliver(records(25 * 3600))
    # THEN
    assert not bench.calls
    assert len(bench.discarded) == 1


def test_answer_that_cannot_be_read_fails_the_whole_batch() -> None:
    # GIVEN a function that names a record which was not in its batch
    bench = Bench(lambda ids: [], maximum_retries=0)
    bench._answer = lambda ids: ids[:1] if len(bench.calls) > 1 else []
    unknown = json.dumps({"batchItemFailures": [{"itemIdentifier": "unknown"}]}).encode()
    bench.delivery._invoke = lambda batch: InvocationResult(
        request_id="r", payload=unknown, function_error=None, seconds=0
    )
    # WHEN
    bench.delivery.deliver(records(0, 0))
    # THEN
    assert [len(one.records) for one in bench.discarded] == [2]


def test_bisecting_costs_no_retry() -> None:
    # GIVEN one poison record among four, and no retries at all
    bench = Bench(lambda ids: None if "2" in ids else [], bisect=True, maximum_retries=0)
    # WHEN
    bench.delivery.deliver(records(0, 0, 0, 0))
    # THEN
    assert bench.taken == ["0", "1", "3"]
    assert [[record.id for record in one.records] for one in bench.discarded] == [["2"]]


def test_partial_failure_with_bisecting_splits_where_the_function_says() -> None:
    # GIVEN
    bench = Bench(lambda ids: ["2"] if "2" in ids else [], bisect=True, maximum_retries=0)
    # WHEN
    bench.delivery.deliver(records(0, 0, 0, 0))
    # THEN
    assert bench.calls[:2] == [["0", "1", "2", "3"], ["2", "3"]]
    assert bench.taken == ["0", "1", "3"]


@given(
    size=st.integers(1, 40),
    poison=st.sets(st.integers(0, 39)),
    bisect=st.booleans(),
    partial=st.booleans(),
    retries=st.integers(0, 3),
)
def test_no_record_is_lost_or_taken_out_of_order(
    size: int, poison: set[int], bisect: bool, partial: bool, retries: int
) -> None:
    # GIVEN any records that are poison, reported by name or by an exception
    def answer(ids: list[str]) -> list[str] | None:
        failed = [one for one in ids if int(one) in poison]
        return failed if partial or not failed else None

    bench = Bench(answer, bisect=bisect, maximum_retries=retries)
    # WHEN
    bench.delivery.deliver(records(*[0.0] * size))
    # THEN each record is either taken or given up, once, in order
    given_up = [record.id for one in bench.discarded for record in one.records]
    assert sorted([*bench.taken, *given_up], key=int) == [str(index) for index in range(size)]
    assert bench.taken == sorted(bench.taken, key=int)
    stats = bench.counters.stats()
    assert (stats.succeeded, stats.discarded) == (len(bench.taken), len(given_up))
    if bisect:
        assert {int(one) for one in given_up} == {one for one in poison if one < size}
