"""The room: whoever is let in comes out exactly once, whatever happens in whatever order."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from exporter.enrich.reference import Reference, involved
from exporter.enrich.room import Room, Waiting
from tests.exporter.enrich.conftest import about
from tests.fixtures.receivers import Clock

MAX_EVENTS = 5
EVENT_BYTES = 2009
MAX_BYTES = 4 * EVENT_BYTES + 10


class Rooms(RuleBasedStateMachine):
    """Readers, workers and the clock, one step of one of them at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.room = Room(2.0, max_events=MAX_EVENTS, max_bytes=MAX_BYTES, clock=self.clock)
        self.entered: Counter[int] = Counter()
        self.out: Counter[int] = Counter()
        self.deadlines: dict[int, float] = {}
        self.being_looked_up: list[Reference] = []
        self.leaving: list[Waiting] = []
        self.number = 0

    @rule(name=st.sampled_from("abc"), long=st.booleans())
    def enter(self, name: str, long: bool) -> None:
        event = about("Pod", name, fieldPath=str(self.number))
        self.number += 1
        if long:
            event = replace(event, message="x" * MAX_BYTES)
        places, closed = self.room.events, self.room.closed
        if self.room.enter(event, involved(event), lambda _event: None):
            assert not long
            assert not closed
            self.entered[int(event.involved_object.field_path)] += 1
            self.deadlines[int(event.involved_object.field_path)] = self.clock.now + 2.0
        else:
            assert long or closed or places >= MAX_EVENTS - 1

    @rule()
    def begin_look_up(self) -> None:
        reference = self.room.next_object(block=False)
        if reference is not None:
            assert reference not in self.being_looked_up, "one look-up of an object at a time"
            self.being_looked_up.append(reference)

    @precondition(lambda self: self.being_looked_up)
    @rule(data=st.data())
    def end_look_up(self, data: st.DataObject) -> None:
        reference = data.draw(st.sampled_from(self.being_looked_up))
        self.being_looked_up.remove(reference)
        self._take(self.room.looked_up(reference))

    @rule(seconds=st.sampled_from([0.0, 0.5, 2.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds
        overdue = self.room.overdue(block=False)
        self._take(overdue)
        # THEN nobody waits whose time is over
        waiting = self.entered - self.out
        assert all(self.deadlines[one] > self.clock.now for one in waiting)

    @rule()
    def hand_on(self) -> None:
        self.room.gone(self.leaving)
        self.leaving = []

    @precondition(lambda self: self.number > 3)
    @rule()
    def close(self) -> None:
        self.room.close()

    @invariant()
    def the_bounds_hold(self) -> None:
        assert self.room.events == self.entered.total() - self.out.total() + len(self.leaving) <= MAX_EVENTS
        assert max(self.out.values(), default=0) <= 1

    def teardown(self) -> None:
        self.room.close()
        self._take(self.room.overdue())
        assert self.room.overdue() == []
        assert self.room.next_object() is None
        for reference in self.being_looked_up:
            assert self.room.looked_up(reference) == []
        self.hand_on()
        assert self.out == self.entered
        assert self.room.wait_until_empty(0)

    def _take(self, leaving: list[Waiting]) -> None:
        self.leaving += leaving
        self.out.update(int(one.event.involved_object.field_path) for one in leaving)


TestRooms = Rooms.TestCase
TestRooms.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
