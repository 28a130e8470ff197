"""One term from the API server to the stream: what is lost, doubled, held, and when it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest

from exporter.checkpoint.checkpoint import Checkpoint, write_checkpoint
from exporter.checkpoint.mark import NOTHING
from exporter.counts import Counts
from exporter.edges import open_sink, open_transport
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.pipeline import Pipeline
from exporter.settings import Settings
from exporter.surroundings import Surroundings
from tests.exporter.conftest import Refusal, StreamEndpoint
from tests.fixtures.cluster import (
    SILENT,
    Answer,
    ScriptedApiServer,
    Watch,
    error_line,
    event_object,
    list_page,
    refusal,
    watch_line,
)

EVENTS = 50_000
PAGE = 500
BUFFER_BYTES = 1024 * 1024


class Term:
    """A pipeline and what it lives in."""

    def __init__(self, settings: Settings, checkpoint: str | None, leads: Callable[[], bool]) -> None:
        self.counts = Counts()
        self.pulse = Pulse()
        self.deaths: SimpleQueue[str] = SimpleQueue()
        surroundings = Surroundings(
            settings,
            open_transport(settings),
            open_sink(settings),
            self.counts,
            self.pulse,
            Readiness(),
            self.deaths.put,
        )
        self.pipeline = Pipeline(surroundings, checkpoint=checkpoint, leads=leads)

    @property
    def marks(self) -> dict[str, dict[str, str]]:
        """`events` and `pods` of the checkpoint as it would be written now."""
        written: dict[str, Any] = json.loads(self.pipeline.checkpoint())
        return {resource: written[resource] for resource in ("events", "pods") if written[resource]}


StartTerm = Callable[..., Term]


@pytest.fixture
def term(api_server: ScriptedApiServer, endpoint: StreamEndpoint, tmp_path: Path) -> Iterator[StartTerm]:
    """Start a term: `term(checkpoint={"": "100"}, start="now")`."""
    with ExitStack() as terms:

        def started(
            checkpoint: dict[str, str] | None = None,
            leads: Callable[[], bool] = lambda: True,
            annotation: str | None = None,
            **given: Any,
        ) -> Term:
            defaults: dict[str, Any] = {
                "cluster": "demo",
                "sink": "kinesis",
                "stream": "kube-events",
                "region": "eu-west-1",
                "kubeconfig": str(api_server.kubeconfig(tmp_path / "kubeconfig")),
                "flush_interval": 0.0,
                "heartbeat_interval": 0.0,
                "pod_status": False,
            }
            written = checkpoint and write_checkpoint(
                Checkpoint(cluster="demo", selector="", events=checkpoint)
            )
            begun = Term(Settings(**defaults | given), annotation or written, leads)
            terms.callback(begun.pipeline.abandon)
            begun.pipeline.start()
            return begun

        yield started


def arrived(endpoint: StreamEndpoint) -> list[str]:
    """`a@101` of everything that was accepted, in no particular order."""
    metadata = [json.loads(data)["metadata"] for data in endpoint.accepted]
    return sorted(f"{each['name']}@{each['resourceVersion']}" for each in metadata)


def pages() -> list[Answer]:
    """A list of 50,000 events, a hundred pages of 500."""
    answers = []
    for first in range(0, EVENTS, PAGE):
        metadata = {"resourceVersion": str(EVENTS)}
        if first + PAGE < EVENTS:
            metadata["continue"] = f"from-{first + PAGE}"
        items = [event_object(f"event-{number:06}", number + 1) for number in range(first, first + PAGE)]
        answers.append(Answer(200, json.dumps({"metadata": metadata, "items": items}).encode()))
    return answers


def test_a_list_of_50000_events_goes_through_a_buffer_of_1_mib(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN a stream that does not answer
    endpoint.let_go.clear()
    api_server.answers(*pages())
    # WHEN
    running = term(buffer_bytes=BUFFER_BYTES)
    # THEN the reading stops after the few pages that fit
    assert endpoint.wait_until(lambda: len(endpoint.calls) >= 2)
    with pytest.raises(AssertionError):
        api_server.wait_for_requests(10, timeout=1.0)
    assert 0 < running.pipeline.buffer.held_records < 10 * PAGE
    # THEN nothing counts as sent, and nobody counts as stuck
    assert running.marks == {}
    assert running.pulse.overdue() == {}
    # WHEN it answers
    endpoint.let_go.set()
    # THEN everything arrives, and the bound has held
    assert endpoint.wait_until(lambda: len(endpoint.accepted) == EVENTS, timeout=120)
    assert running.pipeline.stop(grace_period=10)
    assert len(set(endpoint.accepted)) == EVENTS
    assert BUFFER_BYTES * 0.9 < running.pipeline.buffer.high_water_bytes <= BUFFER_BYTES
    assert running.marks == {"events": {"": str(EVENTS)}}
    assert running.deaths.empty()


def test_while_aws_is_down_the_reading_stops_and_goes_on_after(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN a watch that brings four times what the buffer holds, to a service that refuses every call
    endpoint.always = Refusal("ServiceUnavailable", 503)
    message = "x" * 1000
    lines = [watch_line("ADDED", f"e{number:05}", 101 + number, message=message) for number in range(3000)]
    api_server.answers(list_page(version=100), Watch(tuple(lines)), SILENT)
    # WHEN
    running = term(buffer_bytes=BUFFER_BYTES)
    assert endpoint.wait_until(lambda: len(endpoint.calls) >= 4)
    # THEN it stands still, with what fits
    held = running.pipeline.buffer.held_records
    assert 0 < held < 1000
    assert running.marks == {"events": {"": "100"}}
    assert running.pipeline.standing().checkpoint_lag > 0
    # WHEN the service is back
    endpoint.always = lambda _data: None
    # THEN all of it arrives, once
    assert endpoint.wait_until(lambda: len(endpoint.accepted) >= 3000)
    assert running.pipeline.stop(grace_period=10)
    assert len(set(endpoint.accepted)) == len(endpoint.accepted) == 3000
    assert running.pipeline.buffer.high_water_bytes <= BUFFER_BYTES
    assert running.marks == {"events": {"": "3100"}}
    assert running.pipeline.standing().checkpoint_lag == 0


def test_a_start_from_a_checkpoint_sends_what_came_after_it_and_nothing_else(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    api_server.answers(list_page(version=130), Watch((watch_line("ADDED", "b", 125),)), SILENT)
    running = term(checkpoint={"": "120"})
    assert api_server.wait_for_requests(3)[1].query["resourceVersion"] == "120"
    assert running.pipeline.stop(grace_period=10)
    assert arrived(endpoint) == ["b@125"]
    assert running.marks == {"events": {"": "125"}}


def test_after_a_410_only_what_the_checkpoint_has_not_seen_is_sent(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN a checkpoint that is compacted, and a list in key order
    gone = Watch((error_line(410, "Expired"),))
    page = list_page(event_object("z", 126), version=130)
    api_server.answers(
        list_page(version=130),
        gone,
        list_page(
            event_object("a", 119), event_object("b", 121), event_object("c", 120), version=130, continue_="t"
        ),
        page,
        # WHEN the next watch brings one, and is gone too
        Watch((watch_line("MODIFIED", "b", 131), error_line(410, "Expired"))),
        list_page(event_object("b", 131), event_object("d", 132), version=140),
        SILENT,
    )
    running = term(checkpoint={"": "120"})
    api_server.wait_for_requests(7)
    # THEN
    assert running.pipeline.stop(grace_period=10)
    assert arrived(endpoint) == ["b@121", "b@131", "d@132", "z@126"]
    assert running.marks == {"events": {"": "140"}}


def test_lists_that_take_longer_than_the_server_keeps_a_version_end(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN a list whose token is too old, and so is the version of its first page when it is watched
    too_old = {"code": 410, "reason": "Expired", "metadata": {"continue": "fresh"}}
    expired = Answer(410, json.dumps(too_old).encode())
    api_server.answers(
        list_page(event_object("a", 90), event_object("b", 95), version=100, continue_="old"),
        expired,
        list_page(event_object("z", 150), version=160),
        Watch((error_line(410, "Expired"),)),
        # WHEN the list that follows is no faster
        list_page(event_object("a", 90), event_object("b", 140), version=170, continue_="old"),
        expired,
        list_page(event_object("z", 150), version=180),
        SILENT,
    )
    running = term()
    asked = api_server.wait_for_requests(8)
    # THEN what was on the first page is not sent again, and nothing is missing
    assert [each.query["resourceVersion"] for each in asked if "watch" in each.query] == ["100", "170"]
    assert running.pipeline.stop(grace_period=10)
    assert arrived(endpoint) == ["a@90", "b@140", "b@95", "z@150", "z@150"]
    assert running.marks == {"events": {"": "170"}}


def test_a_list_in_progress_does_not_move_the_checkpoint(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN a list whose second page does not come
    api_server.answers(
        list_page(version=130),
        Watch((error_line(410, "Expired"),)),
        list_page(event_object("a", 125), version=130, continue_="more"),
        Watch((), "silent"),
    )
    # WHEN all of the first page is accepted
    running = term(checkpoint={"": "120"})
    api_server.wait_for_requests(4)
    assert endpoint.wait_until(lambda: len(endpoint.accepted) == 1)
    running.pipeline.stop(grace_period=10)
    # THEN a crash now would begin where the last term did
    assert running.marks == {"events": {"": "120"}}


def test_a_server_that_was_restored_is_sent_whole(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN a checkpoint from the future of this server
    api_server.answers(list_page(version=40), list_page(event_object("a", 30), version=40), SILENT)
    running = term(checkpoint={"": "120"})
    api_server.wait_for_requests(3)
    assert running.pipeline.stop(grace_period=10)
    assert arrived(endpoint) == ["a@30"]
    assert running.marks == {"events": {"": "40"}}
    assert running.counts.restarts() == {("events", "history_lost"): 1}


def test_a_server_that_is_restored_under_a_leader_is_sent_whole(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN a leader that has sent something
    api_server.answers(
        list_page(event_object("a", 90), version=100),
        SILENT,
        list_page(event_object("b", 7), version=90),
        SILENT,
    )
    running = term()
    api_server.wait_for_requests(2)
    # WHEN the election sees its Lease go back in time
    running.pipeline.lose_history()
    # THEN
    api_server.wait_for_requests(4)
    assert running.pipeline.stop(grace_period=10)
    assert arrived(endpoint) == ["a@90", "b@7"]
    assert running.marks == {"events": {"": "90"}}


def test_a_lost_history_voids_the_checkpoint_at_once_though_the_reader_waits_for_room(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN a stream that takes nothing, so that the buffer is full and the reader stands still
    lines = [watch_line("ADDED", f"e{number}", 101 + number, message="m" * 1000) for number in range(2000)]
    api_server.answers(list_page(version=100), Watch(tuple(lines), "silent"))
    endpoint.let_go.clear()
    running = term(buffer_bytes=BUFFER_BYTES)
    full = Event()
    while not running.pipeline.buffer.is_full:
        full.wait(0.01)
    assert running.marks == {"events": {"": "100"}}
    # WHEN
    running.pipeline.lose_history()
    # THEN whoever leads after a crash now does not begin at a version of the history that was lost
    assert running.marks == {"events": {"": NOTHING}}


def test_a_restored_server_is_sent_whole_also_over_a_crash_of_an_exporter_that_starts_now(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN a restored server, whose list is cut short by a crash
    first = list_page(event_object("a", 30), version=40, continue_="more")
    api_server.answers(list_page(version=40), first, Watch((), "silent"))
    crashed = term(checkpoint={"": "120"}, start="now")
    assert endpoint.wait_until(lambda: len(endpoint.accepted) == 1)
    left = crashed.marks["events"]
    crashed.pipeline.abandon()
    endpoint.accepted.clear()
    # WHEN another one takes over
    asked = len(api_server.wait_for_requests(3))
    api_server.answers(list_page(event_object("a", 30), event_object("b", 35), version=40), SILENT)
    second = term(checkpoint=left, start="now")
    api_server.wait_for_requests(asked + 2)
    # THEN it does not take the lost history for none at all
    assert second.pipeline.stop(grace_period=10)
    assert arrived(endpoint) == ["a@30", "b@35"]


def test_the_checkpoint_waits_for_a_call_that_is_not_answered_yet(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN four calls under way, of which only the first is refused for a while
    first, *others = [watch_line("ADDED", f"e{number}", 101 + number) for number in range(4)]
    endpoint.always = lambda data: "InternalFailure" if '"e0"' in data else None
    api_server.answers(list_page(version=100), Watch((first, *others)), SILENT)
    running = term(senders=4)
    # WHEN the others are accepted
    assert endpoint.wait_until(lambda: len(endpoint.accepted) == 3)
    # THEN a crash now would send the first one again, and the others twice
    assert running.marks == {"events": {"": "100"}}
    # WHEN
    endpoint.always = lambda _data: None
    assert endpoint.wait_until(lambda: len(endpoint.accepted) == 4)
    running.pipeline.stop(grace_period=10)
    assert running.marks == {"events": {"": "104"}}


def test_a_record_that_the_stream_never_takes_does_not_hold_the_checkpoint(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    bad = watch_line("ADDED", "bad", 102)
    lines = (watch_line("ADDED", "a", 101), bad, watch_line("ADDED", "b", 103))
    api_server.answers(list_page(version=100), Watch((lines[0],)), Watch((b"".join(lines[1:]),)), SILENT)
    endpoint.invalid_text = "uid-bad"
    running = term()
    api_server.wait_for_requests(4)
    assert running.pipeline.stop(grace_period=10)
    assert arrived(endpoint) == ["a@101", "b@103"]
    assert running.counts.snapshot()["refused"] == 1
    assert running.marks == {"events": {"": "103"}}


def test_start_now_sends_only_what_comes(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    newest = list_page(event_object("old", 90), version=100)
    api_server.answers(newest, Watch((watch_line("ADDED", "new", 101),)), SILENT)
    running = term(start="now")
    api_server.wait_for_requests(3)
    assert running.pipeline.stop(grace_period=10)
    assert arrived(endpoint) == ["new@101"]


@pytest.mark.parametrize(
    "void",
    [
        "{",
        write_checkpoint(Checkpoint(cluster="another", selector="", events={"": "120"})),
        write_checkpoint(Checkpoint(cluster="demo", selector="another", events={"": "120"})),
    ],
)
def test_a_checkpoint_that_became_void_does_not_cost_what_was_written_meanwhile(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm, void: str
) -> None:
    api_server.answers(list_page(event_object("meanwhile", 125), version=130), SILENT)
    running = term(annotation=void, start="now")
    api_server.wait_for_requests(2)
    assert running.pipeline.stop(grace_period=10)
    assert arrived(endpoint) == ["meanwhile@125"]
    assert running.marks == {"events": {"": "130"}}


def test_nothing_beats_until_events_can_be_read_and_the_lag_shows_it(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN a right that nobody granted yet
    api_server.answers(*[refusal(403, "Forbidden")] * 2, list_page(version=100), SILENT)
    # WHEN it would beat all the time, and no patience is left
    running = term(heartbeat_interval=1e-9)
    api_server.wait_for_requests(2)
    # THEN
    assert running.pipeline.standing().checkpoint_lag > 0
    assert running.counts.snapshot()["heartbeats"] == 0
    # WHEN it is granted
    api_server.wait_for_requests(4)
    # THEN
    assert endpoint.wait_until(lambda: len(endpoint.accepted) > 0)
    assert "heartbeat" in endpoint.accepted[0]


def test_an_abandoned_term_makes_no_further_call(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN calls that are under way, more that waits for them, and a reader that is blocked
    endpoint.let_go.clear()
    api_server.answers(*pages()[:20])
    running = term(buffer_bytes=BUFFER_BYTES, senders=2)
    assert endpoint.wait_until(lambda: len(endpoint.calls) == 2)
    # WHEN the Lease is lost
    running.pipeline.abandon()
    endpoint.let_go.set()
    # THEN those under way end, and no other begins
    for sending in running.pipeline._sending:
        sending.join(10)
        assert not sending.is_alive()
    assert len(endpoint.calls) == 2
    assert running.deaths.empty()


def test_a_term_whose_lease_is_overdue_waits_until_it_is_renewed(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN a process that was suspended for a while, so that nobody has told it yet
    asked: list[bool] = []

    def leads() -> bool:
        asked.append(len(asked) >= 2)
        return asked[-1]

    api_server.answers(list_page(event_object("a", 90), version=100), SILENT)
    # WHEN
    term(leads=leads)
    # THEN no call is made before the Lease is ours again
    assert endpoint.wait_until(lambda: len(endpoint.accepted) == 1)
    assert asked == [False, False, True]


def test_two_namespaces_are_read_by_themselves(
    api_server: ScriptedApiServer, endpoint: StreamEndpoint, term: StartTerm
) -> None:
    # GIVEN checkpoints of their own
    for namespace in ("bank", "shop"):
        api_server.answers_at(f"/api/v1/namespaces/{namespace}/events", list_page(version=130), SILENT)
    running = term(checkpoint={"shop": "120", "bank": "110"}, namespaces=("bank", "shop"))
    # THEN
    watches = [each for each in api_server.wait_for_requests(4) if "watch" in each.query]
    assert sorted((each.path, each.query["resourceVersion"]) for each in watches) == [
        ("/api/v1/namespaces/bank/events", "110"),
        ("/api/v1/namespaces/shop/events", "120"),
    ]
    assert running.marks == {"events": {"bank": "110", "shop": "120"}}
    assert endpoint.calls == []
