"""The buffer: bounded, blocking, and drained to the end."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from exporter.ship.batch import Limits
from exporter.ship.buffer import Buffer, Closed
from exporter.ship.record import Record

LIMITS = Limits(records=3, bytes=1000)


def record(size: int = 10) -> Record:
    return Record("demo:uid:1", "key", b"x" * size)


def buffer(capacity: int = 100, linger: float = 0.0) -> Buffer:
    return Buffer(capacity, LIMITS, lambda each: len(each.data), linger=linger)


def test_a_full_buffer_stops_the_reading_until_something_is_settled() -> None:
    # GIVEN a buffer that is full, all of it taken but not settled
    full = buffer(capacity=30)
    for _ in range(3):
        full.put(record())
    batch = full.take()
    # WHEN the reader wants to add another one
    added = Event()
    reader = Thread(target=lambda: (full.put(record()), added.set()), daemon=True)
    reader.start()
    # THEN it waits for the stream's answer
    assert not added.wait(0.1)
    full.settle(batch[:1])
    assert added.wait(5)
    assert full.high_water_bytes == 30


def test_a_batch_that_is_not_full_is_sent_when_the_reader_is_blocked() -> None:
    # GIVEN room for two records, batches of three, and a linger that never ends
    small = buffer(capacity=20, linger=3600)
    for _ in range(2):
        small.put(record())
    Thread(target=lambda: small.put(record()), daemon=True).start()
    assert len(small.take()) == 2


def test_a_full_batch_does_not_linger() -> None:
    lingering = buffer(linger=3600)
    for _ in range(4):
        lingering.put(record())
    assert len(lingering.take()) == 3


def test_a_batch_that_is_not_full_is_sent_after_the_linger() -> None:
    lingering = buffer(linger=0.01)
    lingering.put(record())
    assert len(lingering.take()) == 1


def test_a_record_larger_than_the_buffer_is_let_in_when_nothing_else_is_there() -> None:
    small = buffer(capacity=20)
    small.put(record(500))
    assert len(small.take()) == 1


def test_a_closed_buffer_takes_nothing_and_gives_what_it_has() -> None:
    closed = buffer()
    closed.put(record())
    closed.close()
    with pytest.raises(Closed):
        closed.put(record())
    assert closed.take() == [record()]
    assert closed.take() == []
    assert closed.held_records == 1


def test_closing_wakes_a_blocked_reader() -> None:
    full = buffer(capacity=10)
    full.put(record())
    refused = Event()

    def put() -> None:
        with pytest.raises(Closed):
            full.put(record())
        refused.set()

    Thread(target=put, daemon=True).start()
    full.close()
    assert refused.wait(5)
