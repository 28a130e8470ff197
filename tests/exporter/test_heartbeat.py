"""The leader's heartbeat: at once, then once an interval, between the events and never in their way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from eventcore.event import Cluster
from eventcore.heartbeat import Heartbeat
from eventcore.wire import decode_record
from exporter.counts import Counts
from exporter.heartbeat import Heart
from exporter.observe.pulse import Pulse
from exporter.ship.record import Record
from exporter.version import VERSION

NOW = datetime(2026, 11, 21, 2, 11, tzinfo=UTC)


class Chest:
    """A heart that beats a few times, and what came of it."""

    def __init__(self, beats: int, *, one_more: bool = True) -> None:
        self.counts = Counts()
        self.time = 0.0
        self.pulse = Pulse(lambda: self.time)
        self.pauses: list[float] = []
        self.records: list[Record] = []
        self._beats = beats
        self._one_more = one_more
        self.unanswered = 0.0
        self.heart = Heart(
            Cluster(name="prod-eu", region="eu-west-1"),
            60.0,
            self._offer,
            self.counts,
            lambda: 1.23456,
            lambda: self.unanswered,
            self.pulse,
            now=lambda: NOW,
            pause=self._pause,
        )
        self.during: Callable[[], None] = lambda: None

    def _offer(self, record: Record) -> bool:
        self.records.append(record)
        return self._one_more

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.during()
        if len(self.pauses) == self._beats:
            self.heart.stop()


def test_it_beats_at_once_and_then_after_each_interval() -> None:
    chest = Chest(3)
    chest.heart.run()
    assert len(chest.records) == 3
    assert chest.pauses == [60.0, 60.0, 60.0]
    assert chest.counts.snapshot()["heartbeats"] == 3


def test_it_says_who_beats_and_how_that_exporter_fares() -> None:
    chest = Chest(1)
    chest.counts.add("read", 1200)
    chest.counts.add("synthetic", 3)
    chest.counts.add("sent", 1195)
    chest.counts.add("refused", 1)
    chest.heart.run()
    [record] = chest.records
    heartbeat = decode_record(record.data)
    assert isinstance(heartbeat, Heartbeat)
    assert heartbeat.cluster == Cluster(name="prod-eu", region="eu-west-1")
    assert (heartbeat.time, heartbeat.exporter_version) == (NOW, VERSION)
    assert not heartbeat.probe
    assert heartbeat.checkpoint_lag_seconds == 1.235
    assert (heartbeat.read, heartbeat.synthetic, heartbeat.sent, heartbeat.refused) == (1200, 3, 1195, 1)


def test_it_goes_to_another_shard_each_time() -> None:
    chest = Chest(1)
    chest.heart.run()
    assert chest.records[0].partition_key == "prod-eu:heartbeat:2026-11-21T02:11:00+00:00"
    assert chest.records[0].kind == "heartbeat"


def test_one_that_took_the_place_of_another_is_not_counted_twice() -> None:
    # The stream is down: read + synthetic + heartbeats = sent + refused + left must hold all the same.
    chest = Chest(5, one_more=False)
    chest.heart.run()
    assert chest.counts.snapshot()["heartbeats"] == 0


def test_a_heart_that_stands_still_is_noticed_and_one_that_stopped_is_not() -> None:
    chest = Chest(1)
    overdue: list[Any] = []

    def stand_still() -> None:
        chest.time += 91
        overdue.append(chest.pulse.overdue())

    chest.during = stand_still
    chest.heart.run()
    assert overdue == [{"heartbeat": 1}]
    assert chest.pulse.overdue() == {}


def test_it_stays_out_while_events_cannot_be_read_for_longer_than_an_interval() -> None:
    # GIVEN an API server that refuses: for a moment, then for longer, and then it lets us read again
    chest = Chest(4)
    waits = iter([60.0, 60.1, 0.0, 0.0])
    beats: list[int] = []

    def go_on() -> None:
        beats.append(len(chest.records))
        chest.unanswered = next(waits)

    chest.during = go_on
    # WHEN
    chest.heart.run()
    # THEN
    assert beats == [1, 2, 2, 3]
    # THEN it does not count as stuck: the thread is well
    assert chest.pulse.overdue() == {}


def test_stopped_before_its_first_beat_it_says_nothing() -> None:
    chest = Chest(1)
    chest.heart.stop()
    chest.heart.run()
    assert chest.records == []
