"""How records become batches, on a clock that only moves when somebody waits."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from sandbox.lambda_service.gathering import BatchLimits, Gatherer
from sandbox.lambda_service.records import SourceRecord


def record(name: int, size: int = 10) -> SourceRecord:
    return SourceRecord(id=str(name), arrived=datetime.now(UTC), content={}, view={}, size=size)


class Source:
    """Records that arrive at given times."""

    def __init__(self, *arrivals: tuple[float, SourceRecord]) -> None:
        self.now = 0.0
        self._arrivals = deque(sorted(arrivals, key=lambda arrival: arrival[0]))

    def take(self, seconds: float) -> SourceRecord | None:
        if not self._arrivals or self._arrivals[0][0] > self.now + seconds:
            self.now += seconds
            return None
        at, found = self._arrivals.popleft()
        self.now = max(self.now, at)
        return found

    def gatherer(self, limits: BatchLimits) -> Gatherer:
        return Gatherer(self.take, limits, clock=lambda: self.now)


def ids(batch: list[SourceRecord]) -> list[str]:
    return [one.id for one in batch]


def test_window_is_counted_from_the_first_record() -> None:
    # GIVEN records at 3 s, 5 s and 9 s, and a window of 5 s
    source = Source((3, record(1)), (5, record(2)), (9, record(3)))
    gatherer = source.gatherer(BatchLimits(records=10, window=5))
    # WHEN / THEN
    assert ids(gatherer.gather(patience=60)) == ["1", "2"]
    assert source.now == 8
    assert ids(gatherer.gather(patience=60)) == ["3"]


def test_without_a_window_it_takes_what_is_there() -> None:
    source = Source((0, record(1)), (0, record(2)), (0.1, record(3)))
    assert ids(source.gatherer(BatchLimits(records=10, window=0)).gather(patience=1)) == ["1", "2"]


def test_nothing_within_its_patience_is_an_empty_batch() -> None:
    source = Source((10, record(1)))
    assert source.gatherer(BatchLimits(records=10, window=0)).gather(patience=2) == []


def test_record_larger_than_the_limit_goes_alone() -> None:
    # GIVEN
    source = Source((0, record(1)), (0, record(2, size=5_000)), (0, record(3)))
    gatherer = source.gatherer(BatchLimits(records=10, window=0, size=1_000))
    # WHEN
    batches = [ids(gatherer.gather(patience=1)) for _ in range(3)]
    # THEN
    assert batches == [["1"], ["2"], ["3"]]


@given(
    sizes=st.lists(st.integers(1, 400), max_size=60),
    records=st.integers(1, 20),
    size=st.integers(200, 2_000),
)
def test_no_record_is_lost_and_no_batch_is_over_its_limits(sizes: list[int], records: int, size: int) -> None:
    # GIVEN
    source = Source(*((0.0, record(index, one)) for index, one in enumerate(sizes)))
    gatherer = source.gatherer(BatchLimits(records=records, window=0, size=size))
    # WHEN
    batches = []
    while batch := gatherer.gather(patience=1):
        batches.append(batch)
    # THEN
    assert [one.id for batch in batches for one in batch] == [str(index) for index in range(len(sizes))]
    for batch in batches:
        assert len(batch) <= records
        assert len(batch) == 1 or sum(one.size for one in batch) <= size
