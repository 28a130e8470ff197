"""The enricher with its threads: no event is lost, none comes twice, and no reader waits for a look-up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from threading import Condition, Thread

import pytest

from eventcore.event import Event
from exporter.counts import Counts
from exporter.enrich import Enricher
from exporter.enrich.room import MAX_EVENTS
from exporter.settings import Settings
from exporter.watch.transport import Transport
from tests.exporter.enrich.conftest import ObjectServer, about

PODS = "/api/v1/namespaces/shop/pods"


class Outlet:
    """What has come out, from the reader and from the workers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait_for(self, number: int, timeout: float = 30.0) -> list[Event]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.events) >= number, timeout), len(self.events)
        return self.events


class Stage:
    """An enricher with its threads running."""

    def __init__(self, transport: Transport, timeout: float) -> None:
        self.counts = Counts()
        self.outlet = Outlet()
        chosen = Settings(
            cluster="demo", sink="kinesis", region="eu-west-1", enrich=True, enrich_timeout=timeout
        )
        self.enricher = Enricher(chosen, transport, self.counts)
        self.threads = [Thread(target=work, daemon=True) for _name, work in self.enricher.threads]
        for thread in self.threads:
            thread.start()

    def take(self, event: Event) -> bool:
        """Whether it came out at once."""
        now = self.enricher.take(event, self.outlet)
        if now is not None:
            self.outlet(now)
        return now is not None

    def join(self) -> None:
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()


@pytest.fixture
def stage(transport: Callable[[], Transport], objects: ObjectServer) -> Iterator[Callable[[float], Stage]]:
    stages: list[Stage] = []

    def begin(timeout: float = 30.0) -> Stage:
        stages.append(Stage(transport(), timeout))
        return stages[-1]

    yield begin
    objects.let_go.set()
    for one in stages:
        one.enricher.abandon()
        one.join()


def test_every_event_comes_out_once_and_every_object_is_asked_for_once(
    objects: ObjectServer, stage: Callable[[], Stage]
) -> None:
    # GIVEN 300 events about 30 Pods, of which every third is gone
    for number in range(30):
        if number % 3:
            objects.has(PODS, f"p{number}", labels={"app": f"app-{number}"})
    running = stage()
    for number in range(300):
        running.take(about("Pod", f"p{number % 30}", fieldPath=str(number)))
    found = running.outlet.wait_for(300)
    assert Counter(event.involved_object.field_path for event in found) == Counter(map(str, range(300)))
    for event in found:
        name = event.involved_object.name
        gone = int(name[1:]) % 3 == 0
        assert event.involved_object.labels == ({} if gone else {"app": f"app-{name[1:]}"})
        assert event.not_enriched == ("it does not exist any more" if gone else "")
    assert set(objects.count().values()) == {1}
    counted = running.counts.snapshot()
    assert (counted["enriched"], counted["not_enriched"]) == (200, 100)


def test_what_is_known_goes_on_at_once(objects: ObjectServer, stage: Callable[[], Stage]) -> None:
    objects.has(PODS, "web", labels={"app": "web"})
    running = stage()
    assert not running.take(about("Pod", "web"))
    running.outlet.wait_for(1)
    assert running.take(about("Pod", "web"))
    assert [event.involved_object.labels for event in running.outlet.events] == [{"app": "web"}] * 2


def test_a_server_that_does_not_answer_delays_neither_the_reader_nor_an_event_beyond_its_time(
    objects: ObjectServer, stage: Callable[[float], Stage]
) -> None:
    # GIVEN look-ups that hang
    objects.let_go.clear()
    running = stage(0.1)
    # WHEN more events are taken than have room to wait
    at_once = sum(running.take(about("Pod", f"p{number}")) for number in range(MAX_EVENTS + 500))
    # THEN those that found no room went on at once, and the others when their time was over
    found = running.outlet.wait_for(MAX_EVENTS + 500)
    assert len(found) == MAX_EVENTS + 500
    reasons = Counter(event.not_enriched for event in found)
    assert reasons["too many events wait for look-ups"] == at_once
    assert reasons["the look-up took too long"] == MAX_EVENTS + 500 - at_once
    assert running.enricher.room.wait_until_empty(10)


def test_an_answer_that_is_late_serves_the_next_event(
    objects: ObjectServer, stage: Callable[[float], Stage]
) -> None:
    objects.has(PODS, "web", labels={"app": "web"})
    objects.let_go.clear()
    running = stage(0.1)
    running.take(about("Pod", "web"))
    (first,) = running.outlet.wait_for(1)
    assert first.not_enriched == "the look-up took too long"
    objects.let_go.set()
    running.take(about("Pod", "web"))
    assert running.outlet.wait_for(2)[1].involved_object.labels == {"app": "web"}
    assert objects.count() == {"web": 1}


def test_a_stop_lets_everything_go_on_as_it_is_and_ends_the_threads(
    objects: ObjectServer, stage: Callable[[], Stage]
) -> None:
    objects.let_go.clear()
    running = stage()
    for number in range(20):
        running.take(about("Pod", f"p{number}"))
    objects.wait_for_requests(4)
    assert running.enricher.stop(10)
    assert Counter(event.not_enriched for event in running.outlet.events) == {"the exporter was stopping": 20}
    # AND what comes now goes on at once
    assert running.take(about("Pod", "late"))
    objects.let_go.set()
    running.join()
    assert len(running.outlet.events) == 21


def test_what_is_abandoned_is_not_handed_on(objects: ObjectServer, stage: Callable[[], Stage]) -> None:
    objects.let_go.clear()
    running = stage()
    for number in range(20):
        running.take(about("Pod", f"p{number}"))
    objects.wait_for_requests(4)
    running.enricher.abandon()
    objects.let_go.set()
    running.join()
    assert running.outlet.events == []
    assert running.enricher.room.events == 0


def test_nothing_is_looked_up_for_events_that_have_left(
    objects: ObjectServer, stage: Callable[[float], Stage]
) -> None:
    # GIVEN four workers that hang, and events about other Pods behind them
    objects.let_go.clear()
    running = stage(0.1)
    for number in range(20):
        running.take(about("Pod", f"p{number}"))
    running.outlet.wait_for(20)
    objects.let_go.set()
    running.take(about("Pod", "last"))
    running.outlet.wait_for(21)
    assert objects.count().total() <= 5
