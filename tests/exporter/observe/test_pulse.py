"""A thread that stands still is named; one that waits for something outside is not."""

from __future__ import annotations

import pytest

from exporter.observe.pulse import Pulse
from tests.fixtures.receivers import Clock


@pytest.fixture
def clock() -> Clock:
    """A clock."""
    return Clock(1000.0)


def test_a_thread_that_is_silent_for_longer_than_it_promised_is_overdue(clock: Clock) -> None:
    pulse = Pulse(clock)
    pulse.promise("events", 5)
    pulse.promise("sender-0", 60)
    clock.now += 5
    assert pulse.overdue() == {}
    clock.now += 2
    assert pulse.overdue() == {"events": 2}


def test_a_new_promise_takes_the_place_of_the_one_before(clock: Clock) -> None:
    pulse = Pulse(clock)
    pulse.promise("events", 5)
    clock.now += 10
    pulse.promise("events", 5)
    assert pulse.overdue() == {}


def test_waiting_for_something_outside_is_no_fault_however_long_it_takes(clock: Clock) -> None:
    # AWS is down, the buffer is full, and killing the exporter would help nobody.
    pulse = Pulse(clock)
    pulse.promise("events", 5)
    pulse.rest("events")
    clock.now += 1_000_000
    assert pulse.overdue() == {}


def test_a_thread_that_has_ended_owes_nothing(clock: Clock) -> None:
    pulse = Pulse(clock)
    pulse.promise("events", 5)
    pulse.leave("events")
    pulse.leave("never-there")
    clock.now += 10
    assert pulse.overdue() == {}


def test_a_thread_of_a_lost_term_does_not_speak_for_its_successor(clock: Clock) -> None:
    # GIVEN two terms, whose threads have the same names
    pulse = Pulse(clock)
    lost, next_ = pulse.of_a_term(), pulse.of_a_term()
    lost.promise("sender-0", 60)
    next_.promise("sender-0", 5)
    # WHEN the call of the one that is lost is answered at last
    lost.leave("sender-0")
    # THEN
    clock.now += 10
    assert pulse.overdue() == {"sender-0": 5}
