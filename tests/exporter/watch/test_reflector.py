"""The reflector against an API server that does everything that API servers and networks do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exporter.watch.reflector import Start
from exporter.watch.transport import Patience
from tests import recording
from tests.exporter.watch.conftest import StartReflector
from tests.fixtures.cluster import (
    SILENT,
    Answer,
    Asked,
    ScriptedApiServer,
    Watch,
    error_line,
    event_object,
    list_page,
    refusal,
    watch_line,
)

EXPIRED_TOKEN = json.loads((Path(recording.__file__).parent / "410-list-continue.json").read_bytes())
EMPTY_LIST = list_page(version=100)


def expired_token(fresh: str) -> Answer:
    """The recorded refusal of a `continue` token, with the token for the rest of the list."""
    return Answer(410, json.dumps({**EXPIRED_TOKEN, "metadata": {"continue": fresh}}).encode())


def versions(asked: list[Asked]) -> list[str]:
    """Per request: the version that a watch begins at, or "list"."""
    return [each.query.get("resourceVersion", "list") for each in asked]


def test_pages_of_large_objects_become_short_and_those_of_small_ones_long_again(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    # GIVEN pages of 280 bytes, and two of 1,780
    large = event_object("b", 2, message="x" * 1500)
    api_server.answers(
        list_page(event_object("a", 1), version=100, continue_="1"),
        list_page(large, version=100, continue_="2"),
        list_page(large, version=100, continue_="3"),
        list_page(event_object("d", 4), version=100, continue_="4"),
        list_page(version=100),
        SILENT,
    )
    # WHEN a page should have about 1,000 bytes
    reflect(page_size=8, page_bytes=1000)
    # THEN
    asked = api_server.wait_for_requests(6)
    assert [each.query.get("limit") for each in asked[:5]] == ["8", "8", "4", "2", "7"]


def test_the_watch_begins_at_the_version_of_the_list_and_not_at_one_of_its_items(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    # GIVEN items in key order, the newest one not last
    api_server.answers(
        list_page(event_object("a", 90), event_object("b", 12), version=100, continue_="next"),
        list_page(event_object("c", 55), version=100),
        SILENT,
    )
    # WHEN
    running = reflect()
    asked = api_server.wait_for_requests(3)
    # THEN
    assert running.delivered == [("a", "90"), ("b", "12"), ("c", "55")]
    assert [each.query for each in asked[:2]] == [{"limit": "2"}, {"limit": "2", "continue": "next"}]
    assert asked[2].query == {
        "watch": "1",
        "allowWatchBookmarks": "true",
        "resourceVersion": "100",
        "timeoutSeconds": "300",
    }


def test_added_and_modified_travel_deleted_does_not_and_a_clean_close_resumes_behind_all_of_them(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    lines = (
        watch_line("ADDED", "a", 101),
        watch_line("MODIFIED", "a", 102),
        watch_line("DELETED", "a", 103),
    )
    api_server.answers(EMPTY_LIST, Watch(lines), SILENT)
    running = reflect()
    assert versions(api_server.wait_for_requests(3)) == ["list", "100", "103"]
    assert running.delivered == [("a", "101"), ("a", "102")]
    assert running.pauses == []


def test_a_bookmark_moves_the_version_and_delivers_nothing(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    bookmark = b'{"type":"BOOKMARK","object":{"kind":"Event","metadata":{"resourceVersion":"150"}}}\n'
    api_server.answers(EMPTY_LIST, Watch((bookmark,)), SILENT)
    running = reflect()
    assert versions(api_server.wait_for_requests(3)) == ["list", "100", "150"]
    assert running.delivered == []


def test_a_410_line_leads_to_a_new_list_at_once(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    gone = error_line(410, "Expired", "The resourceVersion for the provided watch is too old.")
    api_server.answers(
        EMPTY_LIST,
        Watch((watch_line("ADDED", "a", 101), gone)),
        list_page(event_object("a", 101), version=200),
        SILENT,
    )
    running = reflect()
    assert versions(api_server.wait_for_requests(4)) == ["list", "100", "list", "200"]
    # The consumer is told nothing but the states: it knows which of them it has seen.
    assert running.taken == ["listed", "list 100", "ADDED a@101", "listed a@101", "list 200"]
    assert running.pauses == [0.0]


def test_a_410_whose_list_fails_too_is_listed_again(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    # GIVEN a server that is overloaded just when everybody has to list again
    api_server.answers(
        EMPTY_LIST,
        Watch((error_line(410, "Expired"),)),
        refusal(500, "InternalError"),
        refusal(429),
        Watch((b'{"metadata"',), end="cut"),
        list_page(event_object("a", 150), version=200),
        SILENT,
    )
    running = reflect()
    asked = versions(api_server.wait_for_requests(7))
    assert asked == ["list", "100", "list", "list", "list", "list", "200"]
    assert running.delivered == [("a", "150")]


def test_a_watch_that_is_410_again_and_again_does_not_turn_into_a_hot_loop(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    gone = Watch((error_line(410, "Expired"),))
    api_server.answers(EMPTY_LIST, gone, EMPTY_LIST, gone, EMPTY_LIST, gone, EMPTY_LIST, SILENT)
    running = reflect()
    api_server.wait_for_requests(8)
    assert running.pauses == [0.0, 2.0, 4.0]


def test_a_410_as_http_status_of_a_watch_leads_to_a_new_list(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    api_server.answers(EMPTY_LIST, refusal(410, "Gone"), list_page(version=200), SILENT)
    reflect()
    assert versions(api_server.wait_for_requests(4)) == ["list", "100", "list", "200"]


def test_a_list_that_is_too_old_goes_on_and_the_watch_begins_at_its_first_page(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    # GIVEN a list of which each page is asked for too late
    api_server.answers(
        list_page(event_object("a", 1), version=100, continue_="old"),
        expired_token("fresh"),
        list_page(event_object("b", 150), version=200, continue_="old again"),
        expired_token("fresh again"),
        list_page(event_object("c", 250), version=300),
        SILENT,
    )
    # WHEN
    running = reflect()
    asked = api_server.wait_for_requests(6)
    # THEN it ends, and what became of its first page meanwhile is watched
    tokens = [each.query.get("continue") for each in asked]
    assert tokens == [None, "old", "fresh", "old again", "fresh again", None]
    assert asked[5].query["resourceVersion"] == "100"
    assert running.taken == ["listed a@1", "listed b@150", "listed c@250", "list 100"]
    assert running.pauses == []


def test_a_server_that_takes_no_token_at_all_is_not_hammered(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    first = list_page(event_object("a", 1), version=100, continue_="old")
    api_server.answers(*[first, expired_token("fresh"), expired_token("fresh")] * 3, EMPTY_LIST, SILENT)
    running = reflect()
    api_server.wait_for_requests(11)
    assert running.pauses == [0.0, 2.0, 4.0]


def test_a_server_that_is_restored_within_a_list_is_listed_from_the_beginning(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    api_server.answers(
        list_page(event_object("a", 90), version=100, continue_="old"),
        expired_token("fresh"),
        list_page(event_object("b", 30), version=40),
        list_page(event_object("a", 20), event_object("b", 30), version=40),
        SILENT,
    )
    running = reflect()
    assert api_server.wait_for_requests(5)[4].query["resourceVersion"] == "40"
    assert running.taken == ["listed a@90", "forget", "listed a@20 b@30", "list 40"]


def test_a_list_that_is_too_old_and_cannot_be_gone_on_with_begins_again(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    api_server.answers(
        list_page(event_object("a", 1), version=100, continue_="old"),
        refusal(410, "Expired", "The provided continue parameter is too old"),
        list_page(event_object("a", 1), event_object("b", 2), version=300),
        SILENT,
    )
    running = reflect()
    asked = api_server.wait_for_requests(4)
    assert [each.query.get("continue") for each in asked] == [None, "old", None, None]
    assert asked[3].query["resourceVersion"] == "300"
    assert running.delivered == [("a", "1"), ("a", "1"), ("b", "2")]


def test_half_a_line_is_not_delivered_and_the_watch_resumes_before_it(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    half = watch_line("ADDED", "b", 102)[:40]
    api_server.answers(
        EMPTY_LIST,
        Watch((watch_line("ADDED", "a", 101), half), end="cut"),
        Watch((watch_line("ADDED", "b", 102),)),
        SILENT,
    )
    running = reflect()
    assert versions(api_server.wait_for_requests(4)) == ["list", "100", "101", "102"]
    assert running.delivered == [("a", "101"), ("b", "102")]
    assert running.pauses == [1.0]
    assert running.counts.snapshot()["malformed"] == 0


def test_a_line_may_come_in_many_pieces_and_be_megabytes_long(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    line = watch_line("ADDED", "huge", 101, message="x" * 3_000_000)
    pieces = tuple(line[begin : begin + 100_001] for begin in range(0, len(line), 100_001))
    api_server.answers(EMPTY_LIST, Watch((*pieces, b"\n", watch_line("ADDED", "b", 102))), SILENT)
    running = reflect()
    api_server.wait_for_requests(3)
    assert running.delivered == [("huge", "101"), ("b", "102")]


def test_malformed_lines_are_counted_and_do_not_stop_the_stream(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    odd = (
        b"no json\n",
        b'{"type":"ADDED"}\n',
        b'{"type":"ADDED","object":{"metadata":{"resourceVersion":7}}}\n',
        watch_line("SURPRISE", "s", 102),
        b'"\xff"\n',
        watch_line("ADDED", "c", 102).replace(b'"102"', b'"\xff"'),
        b'{"type":"\xff","object":{}}\n',
    )
    lines = (watch_line("ADDED", "a", 101), *odd, watch_line("ADDED", "b", 103))
    api_server.answers(EMPTY_LIST, Watch(lines), SILENT)
    running = reflect()
    assert versions(api_server.wait_for_requests(3)) == ["list", "100", "103"]
    assert running.delivered == [("a", "101"), ("b", "103")]
    assert running.counts.snapshot()["malformed"] == 7


def test_a_dead_connection_is_found_after_the_time_at_which_the_server_would_have_ended_the_watch(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    # GIVEN a watch of one second, on which nothing comes: not even its end
    api_server.answers(EMPTY_LIST, SILENT, SILENT)
    # WHEN
    running = reflect(patience=Patience(watch_slack=0.2), watch_seconds=1)
    # THEN it is begun anew at the same version
    assert versions(api_server.wait_for_requests(3)) == ["list", "100", "100"]
    assert running.pauses == [1.0]


def test_429_is_obeyed(api_server: ScriptedApiServer, reflect: StartReflector) -> None:
    api_server.answers(refusal(429, "TooManyRequests", Retry_After="7"), EMPTY_LIST, SILENT)
    running = reflect()
    api_server.wait_for_requests(3)
    assert running.pauses == [7.0]


def test_an_unreasonable_retry_after_is_bounded(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    api_server.answers(
        refusal(429, Retry_After="86400"),
        refusal(503, Retry_After="Thu, 01 Jan 2099 00:00:00 GMT"),
        refusal(503, Retry_After="soon"),
        EMPTY_LIST,
    )
    running = reflect()
    api_server.wait_for_requests(5)
    assert running.pauses == [60.0, 60.0, 4.0]


def test_5xx_is_tried_again_with_back_off_and_the_watch_keeps_its_version(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    bad_gateway = refusal(502)._replace(body=b"<html>upstream\nis down</html>")
    api_server.answers(EMPTY_LIST, refusal(503), bad_gateway, refusal(504, "Timeout"), SILENT)
    running = reflect()
    assert versions(api_server.wait_for_requests(5)) == ["list", "100", "100", "100", "100"]
    assert running.pauses == [1.0, 2.0, 4.0]


def test_an_answer_that_nobody_planned_for_leads_to_a_new_list_when_resuming_does_not_help(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    odd = Watch((error_line(500, "InternalError", "etcd event received with PrevKv=nil"),))
    api_server.answers(EMPTY_LIST, odd, odd, list_page(version=200), SILENT)
    running = reflect()
    assert versions(api_server.wait_for_requests(5)) == ["list", "100", "100", "list", "200"]
    assert running.pauses == [1.0, 2.0]


def test_forbidden_is_asked_again_until_it_is_allowed(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    forbidden = refusal(403, "Forbidden", "events is forbidden")
    api_server.answers(forbidden, forbidden, EMPTY_LIST, SILENT)
    running = reflect()
    assert versions(api_server.wait_for_requests(4)) == ["list", "list", "list", "100"]
    assert running.pauses == [1.0, 2.0]


def test_a_list_that_is_no_list_is_tried_again(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    no_list = EMPTY_LIST._replace(body=b"<html>log in first</html>")
    no_text = EMPTY_LIST._replace(body=b'{"metadata":{"resourceVersion":"\xff"},"items":[]}')
    no_version = EMPTY_LIST._replace(body=b'{"metadata":{},"items":null}')
    api_server.answers(no_list, no_text, no_version, EMPTY_LIST, SILENT)
    reflect()
    assert versions(api_server.wait_for_requests(5)) == ["list", "list", "list", "list", "100"]


def test_a_list_that_breaks_off_is_begun_again(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    half = EMPTY_LIST.body[:20]
    api_server.answers(Watch((half,), end="cut"), list_page(event_object("a", 1), version=100), SILENT)
    running = reflect()
    assert versions(api_server.wait_for_requests(3)) == ["list", "list", "100"]
    assert running.delivered == [("a", "1")]


def test_a_line_that_is_no_object_of_a_cluster_is_skipped_without_being_kept(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    endless = (b"x" * 1_000_000,) * 17
    api_server.answers(EMPTY_LIST, Watch((*endless, b"\n", watch_line("ADDED", "b", 102))), SILENT)
    running = reflect()
    api_server.wait_for_requests(3)
    assert running.delivered == [("b", "102")]
    assert running.counts.snapshot()["malformed"] == 1


def test_a_server_that_is_behind_our_version_is_found_out(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    # GIVEN etcd was restored from a backup: a watch from our version is silent and closes, for ever
    api_server.answers(EMPTY_LIST, Watch(()), list_page(version=40), list_page(version=40), SILENT)
    # WHEN
    running = reflect()
    # THEN everything is listed and sent again
    assert versions(api_server.wait_for_requests(5)) == ["list", "100", "list", "list", "40"]
    assert running.taken == ["listed", "list 100", "forget", "listed", "list 40"]
    assert running.counts.restarts() == {("events", "history_lost"): 1, ("events", "ended"): 1}


def test_a_silent_watch_of_a_server_that_is_ahead_resumes_where_it_was(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    # What happened between the end of the watch and the answer of the list must not be skipped.
    api_server.answers(EMPTY_LIST, Watch(()), list_page(version=140), SILENT)
    reflect()
    assert versions(api_server.wait_for_requests(4)) == ["list", "100", "list", "100"]


def test_a_server_that_closes_every_watch_at_once_is_not_hammered(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    api_server.answers(EMPTY_LIST, *[Watch(())] * 3)
    running = reflect(step=0)
    assert versions(api_server.wait_for_requests(5)) == ["list", "100", "100", "100", "100"]
    assert running.pauses == [1.0, 2.0, 4.0]


def test_a_server_that_sends_nonsense_and_closes_is_not_hammered(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    nonsense = Watch((b"<html>\n", b"upstream is down\n"))
    good = Watch((watch_line("ADDED", "a", 101),))
    api_server.answers(EMPTY_LIST, *[nonsense] * 3, good, nonsense, SILENT)
    running = reflect(step=0)
    assert versions(api_server.wait_for_requests(7)) == ["list", "100", "100", "100", "100", "101", "101"]
    assert running.pauses == [1.0, 2.0, 4.0, 1.0]


def test_a_version_of_thousands_of_digits_does_not_kill_the_reader(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    api_server.answers(list_page(version=130), refusal(410, "Expired"), list_page(version=140), SILENT)
    reflect(begin=Start(version="9" * 5000, first="watch"))
    assert api_server.wait_for_requests(4)[3].query["resourceVersion"] == "140"


def test_a_checkpoint_is_gone_on_from_without_a_list(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    api_server.answers(list_page(version=130), Watch((watch_line("ADDED", "a", 121),)), SILENT)
    running = reflect(begin=Start(version="120", first="watch"))
    asked = api_server.wait_for_requests(3)
    assert versions(asked) == ["list", "120", "121"]
    assert asked[0].query["limit"] == "1"
    assert running.taken == ["ADDED a@121"]


def test_a_checkpoint_that_is_too_old_leads_to_a_list(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    gone = Watch((error_line(410, "Expired"),))
    old_and_new = list_page(event_object("a", 110), event_object("b", 125), version=130)
    api_server.answers(list_page(version=130), gone, old_and_new, SILENT)
    running = reflect(begin=Start(version="120", first="watch"))
    assert versions(api_server.wait_for_requests(4)) == ["list", "120", "list", "130"]
    assert running.taken == ["listed a@110 b@125", "list 130"]


def test_a_checkpoint_newer_than_the_server_is_reset_loudly(
    api_server: ScriptedApiServer, reflect: StartReflector, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN a cluster that was built anew under its name
    api_server.answers(list_page(version=40), list_page(event_object("a", 30), version=40), SILENT)
    # WHEN
    running = reflect(begin=Start(version="120", first="watch"))
    # THEN a watch from the checkpoint, which would be silent for ever, is not begun
    assert versions(api_server.wait_for_requests(3)) == ["list", "list", "40"]
    assert running.taken == ["forget", "listed a@30", "list 40"]
    assert [entry.levelname for entry in caplog.records] == ["ERROR"]
    assert running.counts.restarts() == {("events", "history_lost"): 1}


def test_where_to_begin_is_asked_until_the_server_answers(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    api_server.answers(refusal(503), refusal(403), list_page(version=130), SILENT)
    running = reflect(begin=Start(version="120", first="watch"))
    assert versions(api_server.wait_for_requests(4)) == ["list", "list", "list", "120"]
    assert running.pauses == [1.0, 2.0]


def test_a_resource_whose_state_is_needed_is_listed_in_spite_of_its_checkpoint(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    api_server.answers(list_page(event_object("a", 90), version=130), SILENT)
    running = reflect(begin=Start(version="120", first="list"))
    assert versions(api_server.wait_for_requests(2)) == ["list", "130"]
    assert running.taken == ["listed a@90", "list 130"]


@pytest.mark.parametrize("begin", [Start(version="120", first="list"), Start(version="120", first="watch")])
def test_a_410_of_a_server_that_is_behind_us_lists_and_tells_that_it_was_restored(
    api_server: ScriptedApiServer, reflect: StartReflector, begin: Start
) -> None:
    # GIVEN a server that was restored, and has compacted since
    first = (list_page(version=130), Watch((error_line(410, "Expired"),))) if begin.first == "watch" else ()
    api_server.answers(*first, list_page(event_object("a", 30), version=40), SILENT)
    # WHEN
    running = reflect(begin=begin)
    # THEN what follows counts as new, although its versions are older
    api_server.wait_for_requests(len(first) + 2)
    assert running.taken == ["forget", "listed a@30", "list 40"]


def test_start_now_leaves_out_what_the_server_holds_already(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    newest = list_page(event_object("old", 90), version=100)
    api_server.answers(newest, Watch((watch_line("ADDED", "new", 101),)), SILENT)
    running = reflect(begin=Start(first="now"))
    assert versions(api_server.wait_for_requests(3)) == ["list", "100", "101"]
    assert running.taken == ["list 100", "ADDED new@101"]


def test_a_lost_history_ends_the_watch_and_lists_everything_again(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    # GIVEN a watch on which nothing happens
    api_server.answers(EMPTY_LIST, SILENT, list_page(event_object("a", 7), version=40), SILENT)
    running = reflect()
    api_server.wait_for_requests(2)
    # WHEN somebody sees that etcd was restored
    running.reflector.lose_history()
    # THEN
    assert versions(api_server.wait_for_requests(4)) == ["list", "100", "list", "40"]
    assert running.taken == ["listed", "list 100", "forget", "listed a@7", "list 40"]
    assert running.pauses == []


def test_what_the_server_is_to_leave_out_is_said_in_every_request(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    api_server.answers(list_page(version=100, continue_="more"), EMPTY_LIST, SILENT)
    reflect(selector="type!=Normal")
    asked = api_server.wait_for_requests(3)
    assert [each.query["fieldSelector"] for each in asked] == ["type!=Normal"] * 3


def test_why_a_watch_was_begun_anew_is_counted(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    api_server.answers(
        refusal(403),
        EMPTY_LIST,
        Watch((watch_line("ADDED", "a", 101), error_line(410, "Expired"))),
        list_page(version=200),
        Watch((watch_line("ADDED", "a", 202),), end="cut"),
        refusal(429),
        Watch((watch_line("ADDED", "a", 203),)),
        Watch((error_line(500, "InternalError"),)),
        SILENT,
    )
    running = reflect()
    api_server.wait_for_requests(9)
    reasons = ("denied", "expired", "cut", "throttled", "ended", "unexpected")
    assert running.counts.restarts() == {("events", reason): 1 for reason in reasons}


def test_each_step_says_how_long_it_may_take(api_server: ScriptedApiServer, reflect: StartReflector) -> None:
    api_server.answers(EMPTY_LIST, SILENT)
    running = reflect(watch_seconds=300)
    api_server.wait_for_requests(2)
    assert running.pulse.overdue() == {}
    running.reflector.stop()


def test_many_lines_that_arrive_together_are_handed_over_together(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    lines = b"".join(watch_line("ADDED", f"e{number}", 101 + number) for number in range(300))
    api_server.answers(EMPTY_LIST, Watch((lines,)), SILENT)
    running = reflect()
    assert versions(api_server.wait_for_requests(3)) == ["list", "100", "400"]
    assert len(running.delivered) == 300


def test_a_reader_is_ready_as_soon_as_the_server_lets_it_read(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    # GIVEN a server that refuses, then lets us list, then is away for a moment
    api_server.answers(refusal(403, "Forbidden"), EMPTY_LIST, refusal(503), Watch(()), EMPTY_LIST)
    # WHEN
    running = reflect()
    api_server.wait_for_requests(5)
    # THEN it lacks something in both pauses, and nothing after a watch on which nothing happened
    assert running.lacked == ["403 Forbidden", "503"]
    assert running.readiness.lacking() == {}


def test_an_answer_is_owed_from_the_first_failure_until_something_can_be_read(
    api_server: ScriptedApiServer, reflect: StartReflector
) -> None:
    # GIVEN a server that refuses for good after a first list
    forbidden = refusal(403, "Forbidden")
    api_server.answers(EMPTY_LIST, forbidden, forbidden, forbidden, EMPTY_LIST, SILENT)
    # WHEN each look at the clock is a second later
    running = reflect(step=1)
    api_server.wait_for_requests(6)
    # THEN it is owed for longer in each pause, and not any more when a watch is open
    assert running.unanswered == sorted(running.unanswered)
    assert len(set(running.unanswered)) == 3
    assert running.unanswered[0] > 0
    running.stop()
    assert running.reflector.unanswered() == 0
