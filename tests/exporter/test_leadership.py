"""Terms that begin and end: one after the other, from where the one before stood, and none twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from threading import enumerate as all_threads

import pytest

from exporter.counts import Counts
from exporter.edges import open_sink, open_transport
from exporter.leadership import Leadership
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.observe.standing import Standing
from exporter.pipeline import Pipeline
from exporter.settings import Settings
from exporter.surroundings import Surroundings
from tests.exporter.conftest import StreamEndpoint
from tests.fixtures.cluster import SILENT, ScriptedApiServer, Watch, event_object, list_page, watch_line

FIRST_LIST = list_page(event_object("a", 90), version=100)


@pytest.fixture
def surroundings(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, tmp_path: Path
) -> Iterator[Surroundings]:
    """Of an exporter that reads events only."""
    assert endpoint.url
    settings = Settings(
        cluster="demo",
        sink="kinesis",
        stream="kube-events",
        region="eu-west-1",
        kubeconfig=str(api_server.kubeconfig(tmp_path / "kubeconfig")),
        flush_interval=0.0,
        heartbeat_interval=0.0,
        pod_status=False,
    )
    deaths: SimpleQueue[str] = SimpleQueue()
    edges = open_transport(settings), open_sink(settings)
    yield Surroundings(settings, *edges, Counts(), Pulse(), Readiness(), deaths.put)
    assert deaths.empty()


@pytest.fixture
def leadership(surroundings: Surroundings) -> Iterator[Leadership]:
    """Of that exporter."""
    terms = Leadership(surroundings, leads=lambda: True)
    yield terms
    terms.lose("the test is over")


def test_a_replica_that_does_not_lead_reads_nothing_and_writes_no_checkpoint(
    api_server: ScriptedApiServer, leadership: Leadership
) -> None:
    assert leadership.checkpoint() is None
    assert leadership.standing() == Standing()
    leadership.lose_history()
    assert leadership.stop(grace_period=10)
    assert api_server.asked == []


def test_the_next_term_begins_where_the_lease_says(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, leadership: Leadership
) -> None:
    # GIVEN a term that has sent something and is lost
    api_server.answers(FIRST_LIST, Watch((watch_line("ADDED", "b", 105),), "silent"))
    leadership.begin(None)
    assert endpoint.wait_until(lambda: len(endpoint.accepted) == 2)
    assert leadership.standing().leader
    leadership.lose("another replica holds the Lease")
    assert not leadership.standing().leader
    asked = len(api_server.asked)
    # WHEN it leads again, with what the Lease says
    api_server.answers(list_page(version=110), Watch((watch_line("ADDED", "c", 108),), "silent"))
    leadership.begin('{"cluster":"demo","selector":"","events":{"":"105"}}')
    # THEN it goes on there
    api_server.wait_for_requests(asked + 2)
    assert api_server.asked[asked + 1].query["resourceVersion"] == "105"
    assert endpoint.wait_until(lambda: len(endpoint.accepted) == 3)
    assert leadership.stop(grace_period=10)
    assert leadership.account()["read"] == 3


def test_the_last_checkpoint_is_there_for_the_release_after_the_drain(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, leadership: Leadership
) -> None:
    api_server.answers(FIRST_LIST, SILENT)
    leadership.begin(None)
    api_server.wait_for_requests(2)
    assert leadership.stop(grace_period=10)
    written = leadership.checkpoint()
    assert written
    assert json.loads(written)["events"] == {"": "100"}
    assert len(endpoint.accepted) == 1


def test_what_a_lost_term_had_read_is_in_the_account(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, leadership: Leadership
) -> None:
    # GIVEN a stream that does not answer
    endpoint.let_go.clear()
    api_server.answers(FIRST_LIST, SILENT)
    leadership.begin(None)
    assert endpoint.wait_until(lambda: bool(endpoint.calls))
    # WHEN
    leadership.lose("the Lease was not renewed for 10 s")
    # THEN
    assert leadership.stop(grace_period=0)
    account = leadership.account()
    assert (account["read"], account["sent"], account["left"]) == (1, 0, 1)


def test_an_exporter_that_is_to_end_begins_no_term(
    api_server: ScriptedApiServer, leadership: Leadership
) -> None:
    assert leadership.stop(grace_period=0)
    leadership.begin(None)
    assert leadership.checkpoint() is None
    assert api_server.asked == []


def test_a_lease_that_is_lost_during_the_drain_ends_it(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, leadership: Leadership
) -> None:
    # GIVEN a drain that waits for a stream that does not answer
    endpoint.let_go.clear()
    api_server.answers(FIRST_LIST, SILENT)
    leadership.begin(None)
    assert endpoint.wait_until(lambda: bool(endpoint.calls))
    drain = Thread(target=leadership.stop, args=(60.0,))
    drain.start()
    # WHEN
    leadership.lose("another replica holds the Lease")
    endpoint.let_go.set()
    # THEN the call that is under way is the last one, whatever becomes of it
    drain.join(10)
    assert not drain.is_alive()
    assert len(endpoint.calls) == 1


def test_the_end_of_a_lost_term_does_not_make_the_next_one_ready(
    api_server: ScriptedApiServer, surroundings: Surroundings
) -> None:
    # GIVEN a term that reads, and the next one, which has not read anything yet
    api_server.answers(FIRST_LIST, SILENT)
    lost = Pipeline(surroundings)
    lost.start()
    api_server.wait_for_requests(2)
    reader = next(thread for thread in all_threads() if thread.name == "events")
    assert Pipeline(surroundings)
    # WHEN the reader of the lost one comes to its end only now
    lost.abandon()
    reader.join(10)
    # THEN
    assert not reader.is_alive()
    assert surroundings.readiness.lacking() == {"events": "nothing was read yet"}
