"""Batches: never over a limit, nothing lost, nothing reordered."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.ship.batch import Limits, batch_length
from exporter.ship.buffer import Buffer
from exporter.ship.event_bridge import EventBridgeSink
from exporter.ship.kinesis import KinesisSink
from exporter.ship.record import Record


@given(st.lists(st.integers(0, 50), max_size=60), st.integers(1, 10), st.integers(1, 100))
def test_a_batch_is_the_longest_that_is_within_both_limits(sizes: list[int], records: int, size: int) -> None:
    limits = Limits(records=records, bytes=size)
    length = batch_length(sizes, limits)
    assert length == 0 if not sizes else length >= 1
    if length > 1:
        assert length <= records
        assert sum(sizes[:length]) <= size
    if length < len(sizes):
        assert length == records or sum(sizes[: length + 1]) > size


@given(st.lists(st.binary(max_size=40), max_size=80), st.integers(1, 7), st.integers(1, 120))
def test_a_buffer_gives_everything_once_and_in_order(contents: list[bytes], records: int, size: int) -> None:
    # GIVEN
    numbers = count()
    sent = [Record(f"{next(numbers)}", "key", content) for content in contents]
    limits = Limits(records=records, bytes=size)
    buffer = Buffer(1 << 20, limits, lambda record: len(record.data), linger=0)
    # WHEN
    buffer.put(sent)
    buffer.close()
    taken = []
    while batch := buffer.take():
        # THEN
        assert len(batch) <= records
        assert len(batch) == 1 or sum(len(record.data) for record in batch) <= size
        taken += batch
        buffer.settle(batch)
    assert taken == sent
    assert buffer.held_records == 0


def test_a_record_over_the_limit_goes_alone() -> None:
    limits = Limits(records=10, bytes=100)
    assert batch_length([500, 1], limits) == 1
    assert batch_length([1, 500, 1], limits) == 1
    assert batch_length([], limits) == 0


def test_limits_are_exact() -> None:
    limits = Limits(records=3, bytes=100)
    assert batch_length([50, 50, 1], limits) == 2
    assert batch_length([50, 51], limits) == 1
    assert batch_length([1, 1, 1, 1], limits) == 3
    assert batch_length([100], limits) == 1


@pytest.mark.parametrize(
    ("limits", "records", "size"),
    [(KinesisSink.limits, 500, 1024 * 1024), (EventBridgeSink.limits, 10, 256 * 1024 - 1)],
)
def test_limits_are_within_those_of_the_services(limits: Limits, records: int, size: int) -> None:
    assert limits == Limits(records=records, bytes=size)
