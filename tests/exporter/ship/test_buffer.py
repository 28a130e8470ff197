"""The buffer: bounded, blocking, and drained to the end."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.checkpoint.mark import Mark
from exporter.ship.batch import Limits
from exporter.ship.buffer import Buffer, Closed
from exporter.ship.record import Record

LIMITS = Limits(records=3, bytes=1000)
FOR_EVER = 3600.0


def record(size: int = 10, name: str = "1") -> Record:
    return Record(f"demo:uid:{name}", "key", b"x" * size)


def records(number: int) -> list[Record]:
    return [record(name=str(each)) for each in range(number)]


def buffer(capacity: int = 100, linger: float = 0.0) -> Buffer:
    return Buffer(capacity, LIMITS, lambda each: len(each.data), linger=linger)


class Background:
    """Something that may block, in a thread of its own."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.done = Event()
        self.closed: Closed | None = None
        self._work = work
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._work()
        except Closed as closed:
            self.closed = closed
        self.done.set()


def test_a_full_buffer_stops_the_reading_until_something_is_settled() -> None:
    # GIVEN a buffer that is full, all of it taken but not settled
    full = buffer(capacity=30)
    full.put(records(3))
    batch = full.take()
    # WHEN the reader wants to add another one
    reader = Background(lambda: full.put([record()]))
    # THEN it waits for the stream's answer
    assert not reader.done.wait(0.1)
    assert full.is_full
    full.settle(batch[:1])
    assert reader.done.wait(5)
    assert full.high_water_bytes == 30
    assert (full.held_records, full.held_bytes) == (3, 30)


@given(st.lists(st.lists(st.integers(0, 60), max_size=12), max_size=8), st.integers(20, 100))
def test_whatever_is_put_comes_out_in_its_order_and_the_bound_holds(
    sizes: list[list[int]], capacity: int
) -> None:
    # GIVEN chunks that may be larger than the buffer
    small = buffer(capacity=capacity)
    put = [[record(size) for size in chunk] for chunk in sizes]

    def read() -> None:
        for chunk in put:
            small.put(chunk)
        small.close()

    reader = Background(read)
    # WHEN they are taken and settled
    taken = []
    while batch := small.take():
        assert len(batch) <= LIMITS.records
        taken += batch
        small.settle(batch)
    # THEN
    assert reader.done.wait(5)
    assert list(map(id, taken)) == [id(each) for chunk in put for each in chunk]
    assert (small.held_records, small.held_bytes) == (0, 0)
    assert small.high_water_bytes <= capacity or small.high_water_bytes == max(each.size for each in taken)


def test_a_chunk_larger_than_the_buffer_goes_in_by_portions() -> None:
    small = buffer(capacity=20, linger=FOR_EVER)
    reader = Background(lambda: small.put(records(7)))
    taken = 0
    while not reader.done.is_set():
        batch = small.take()
        taken += len(batch)
        small.settle(batch)
        reader.done.wait(0.05)
    assert taken + small.held_records == 7
    assert small.high_water_bytes == 20


def test_a_batch_that_is_not_full_is_sent_when_the_reader_is_blocked() -> None:
    # GIVEN room for two records, batches of three, and a linger that never ends
    small = buffer(capacity=20, linger=FOR_EVER)
    small.put(records(2))
    Background(lambda: small.put([record()]))
    assert len(small.take()) == 2


def test_a_full_batch_does_not_linger() -> None:
    lingering = buffer(linger=FOR_EVER)
    lingering.put(records(4))
    assert len(lingering.take()) == 3


def test_several_full_batches_wake_several_senders() -> None:
    lingering = buffer(linger=FOR_EVER)
    senders = [Background(lingering.take) for _ in range(3)]
    lingering.put(records(9))
    assert all(sender.done.wait(5) for sender in senders)


def test_a_batch_that_is_not_full_is_sent_after_the_linger() -> None:
    lingering = buffer(linger=0.01)
    lingering.put([record()])
    assert len(lingering.take()) == 1


def test_a_record_larger_than_the_buffer_is_let_in_when_nothing_else_is_there() -> None:
    small = buffer(capacity=20)
    small.put([record(500)])
    assert len(small.take()) == 1


def test_a_closed_buffer_takes_nothing_and_gives_what_it_has() -> None:
    closed = buffer()
    closed.put([record()])
    closed.close()
    with pytest.raises(Closed):
        closed.put([record()])
    assert len(closed.take()) == 1
    assert closed.take() == []
    assert closed.held_records == 1


def test_closing_wakes_a_blocked_reader_and_says_how_much_was_taken() -> None:
    full = buffer(capacity=30)
    reader = Background(lambda: full.put(records(5)))
    assert len(full.take()) == 3
    full.close()
    assert reader.done.wait(5)
    assert reader.closed is not None
    assert reader.closed.taken == 3
    assert full.held_records == 3


def test_an_abandoned_buffer_gives_nothing_out_and_takes_nothing() -> None:
    # GIVEN one batch under way, one waiting, a reader that is blocked and a sender that waits
    lost = buffer(capacity=40)
    lost.put(records(4))
    under_way = lost.take()
    reader = Background(lambda: lost.put([record()]))
    # WHEN somebody else leads
    lost.abandon()
    # THEN
    assert lost.abandoned
    assert lost.take() == []
    assert reader.done.wait(5)
    assert reader.closed is not None
    lost.settle(under_way)
    assert lost.take() == []


def test_settled_records_move_the_mark_of_their_reader() -> None:
    # GIVEN records of two segments and one of none, in one batch
    mark = Mark("1")
    first, second = mark.open(1, "2"), mark.open(1, "3")
    marked = buffer()
    marked.put(
        [Record("a", "k", b"1", first), Record("b", "k", b"2", second), Record("heartbeat", "k", b"3")]
    )
    batch = marked.take()
    # WHEN they are settled in another order
    marked.settle(batch[1:])
    assert mark.version == "1"
    marked.settle(batch[:1])
    # THEN
    assert mark.version == "3"


def test_an_offer_never_blocks_and_the_newest_one_wins() -> None:
    # GIVEN a full buffer in front of a stream that does not answer
    full = buffer(capacity=20)
    full.put(records(2))
    under_way = full.take()
    # WHEN heartbeats are offered for hours
    one_more = [full.offer(record(5, f"heartbeat-{number}")) for number in range(1000)]
    # THEN only one of them takes room, and it is sent first once the stream answers
    assert (full.held_records, full.held_bytes) == (3, 25)
    assert one_more == [True] + [False] * 999
    full.settle(under_way)
    full.put([record()])
    assert [each.identity for each in full.take()] == ["demo:uid:heartbeat-999", "demo:uid:1"]


def test_an_offer_alone_is_a_batch_and_a_closed_buffer_takes_none() -> None:
    quiet = buffer(linger=0.01)
    quiet.offer(record(5, "heartbeat"))
    batch = quiet.take()
    assert [each.identity for each in batch] == ["demo:uid:heartbeat"]
    quiet.settle(batch)
    quiet.close()
    assert not quiet.offer(record(5, "late"))
    assert quiet.take() == []
    assert quiet.held_records == 0
