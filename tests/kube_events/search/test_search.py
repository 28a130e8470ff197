"""`kube-events search` against the real server, with what was recorded."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from eventcore.timestamps import parse_time
from kube_events.search.hits import value
from kube_events.search.paging import PAGE, newest_states, observations
from tests.fixtures.events import event, raw_event
from tests.fixtures.recorded import recorded_events
from tests.kube_events.search.conftest import DOCUMENT, Index, Run, state

pytestmark = pytest.mark.opensearch

EVER = ("--since", "100y", "--limit", "0")


def names(said: Any, path: str = "involvedObject.name") -> list[str]:
    return [value(document, path) for document in said.documents]


def test_it_shows_the_newest_state_of_each_event_the_newest_last(search: Run, recording: Index) -> None:
    # GIVEN the newest state of each event, worked out from the recording itself: by lastSeen, then by version
    newest: dict[str, tuple[Any, int]] = {}
    for each in [*recorded_events(), *recorded_events("handmade.jsonl")]:
        order = (each.last_seen, int(each.metadata.resource_version))
        newest[each.metadata.uid] = max(newest.get(each.metadata.uid, order), order)
    # WHEN
    said = search(*EVER, "-o", "jsonl")
    # THEN
    found = {value(each, "metadata.uid"): value(each, "metadata.resourceVersion") for each in said.documents}
    assert found == {uid: str(version) for uid, (_, version) in newest.items()}
    seen = [parse_time(text) for text in names(said, "@timestamp")]
    assert seen == sorted(seen, key=lambda moment: moment or datetime.min.replace(tzinfo=UTC))
    assert said.err == ""


def test_all_shows_every_observation_once(search: Run, recording: Index) -> None:
    streamed = search(*EVER, "--all", "-o", "jsonl")
    listed = json.loads(search(*EVER, "--all", "-o", "json").out)["items"]
    assert len(streamed.documents) == 471
    assert streamed.documents == listed
    assert search(*EVER, "--all", "--reverse", "-o", "jsonl").documents == listed[::-1]


FILTERS: dict[tuple[str, ...], set[str]] = {
    ("-n", "shop", "--kind", "pods", "--name", "img-typo-*"): {"Failed"},
    ("--reason", "SystemOOM,OOMKilling"): {"SystemOOM", "OOMKilling"},
    ("--reason", "systemoom", "--reason", "rebooted"): {"SystemOOM"},
    ("--severity", "critical"): {"SystemOOM"},
    ("--node", "node-2.example.internal"): {"SystemOOM", "RemovingNode"},
    ("--kind", "no", "--type", "normal"): {"RegisteredNode", "RemovingNode"},
    ("--message", "exceeded quota"): {"FailedCreate"},
    ("--message", "exceeded", "--message", "limited"): {"FailedCreate"},
    ("--message", "quota exceeded"): set(),
    ("--component", "cronjob-controller", "--type", "Normal"): {
        "SawCompletedJob",
        "SuccessfulCreate",
        "SuccessfulDelete",
    },
    ("--for", "node/node-4.example.internal"): {"RegisteredNode"},
    ("--cluster", "demo", "--reason", "FromThePast"): {"FromThePast"},
    ("--cluster", "prod"): set(),
    ("--name", "node?2*"): set(),
    ("-l", "app.kubernetes.io/name=web"): {"BackOff"},
    ("-l", "app=web,empty=,a..b!=x"): {"BackOff"},
    ("-l", "app=web,empty"): {"BackOff"},
    ("-l", "app=web,!empty"): set(),
    ("-l", "app in (api,web)"): {"BackOff"},
    ("-l", "app notin (web)", "--name", "annotated"): set(),
}
"""Arguments, and the reasons of all that they find in the recording."""


def test_every_filter_finds_what_it_is_for(search: Run, recording: Index) -> None:
    found = {
        arguments: set(names(search(*EVER, *arguments, "-o", "jsonl"), "reason")) for arguments in FILTERS
    }
    assert found == FILTERS


LOST = "kube-events-2026.01.01"


def test_a_lost_index_is_an_error_or_is_said(search: Run, index: Index) -> None:
    # GIVEN an index whose only shard is nowhere
    index.put([state("a", 1)])
    index.api.call(
        "PUT",
        f"/{LOST}?wait_for_active_shards=0&timeout=1s",
        {"settings": {"index.routing.allocation.require._name": "nobody"}},
    )
    # WHEN / THEN
    said = search(*EVER)
    assert (said.code, said.out) == (1, "")
    assert (
        f"lacks a part of the indices (503): Search rejected due to missing shards [[{LOST}][0]]" in said.err
    )
    assert said.err.endswith("; --partial shows what the others have\n")
    # AND
    said = search(*EVER, "--partial", "-o", "jsonl")
    assert (said.code, len(said.documents)) == (0, 1)
    assert said.err == "1 of 2 shards do not answer: what they hold is not shown\n"


def test_no_pattern_can_end_the_server(search: Run, recording: Index) -> None:
    # GIVEN a pattern of 9,000 asterisks, by which an OpenSearch 3.4 ends, and the longest that is allowed
    for pattern in ("*" * 9_000, "a*" * 256):
        # WHEN
        said = search(*EVER, "--name", pattern, "-o", "jsonl")
        # THEN
        assert said.code == 0
        assert len(said.documents) == (0 if "a" in pattern else len(search(*EVER, "-o", "jsonl").documents))


def test_a_time_selects_states_not_only_last_ones(search: Run, index: Index) -> None:
    # GIVEN an event that went on for hours
    index.put(state("a", number, f"2026-11-21T0{number}:10:00Z", count=number) for number in (1, 2, 3, 4))
    # WHEN asked for an hour in the middle
    said = search("--since", "2026-11-21T02:00:00Z", "--until", "2026-11-21T03:00:00Z", "-o", "jsonl")
    # THEN it is there as it was then
    assert names(said, "count") == ["2"]


def test_the_start_is_inside_and_the_end_is_not(search: Run, index: Index) -> None:
    index.put([state("a", 1, "2026-11-21T02:00:00Z"), state("b", 2, "2026-11-21T03:00:00Z")])
    said = search("--since", "2026-11-21T02:00:00Z", "--until", "2026-11-21T03:00:00Z", "-o", "jsonl")
    assert names(said, "metadata.uid") == ["a"]
    day = search("--since", "2026-11-21", "--until", "2026-11-21", "-o", "jsonl")
    assert names(day, "metadata.uid") == ["a", "b"]


def test_of_states_within_one_second_the_last_version_is_the_newest(search: Run, index: Index) -> None:
    # GIVEN versions whose order as text is another, and a count that falls
    index.put([state("a", 999, count=7), state("a", 1000, count=1), state("b", 99), state("b", 100)])
    said = search(*EVER, "-o", "jsonl")
    assert sorted(names(said, "metadata.resourceVersion")) == ["100", "1000"]


def test_clusters_restored_from_one_backup_keep_their_own_events(search: Run, index: Index) -> None:
    index.put([state("a", 1), state("a", 1, cluster="prod-us"), state("a", 2, cluster="prod-us")])
    said = search(*EVER, "-o", "jsonl")
    assert sorted(zip(names(said, "cluster.name"), names(said, "metadata.resourceVersion"), strict=True)) == [
        ("prod-eu", "1"),
        ("prod-us", "2"),
    ]


def test_what_is_not_shown_is_said(search: Run, recording: Index) -> None:
    said = search("--since", "100y", "--limit", "3", "-o", "jsonl")
    assert len(said.lines) == 3
    assert said.err == "these are the newest 3, and there are more: --limit 0 shows all\n"
    assert names(said)[-1] == "future"
    exact = search("--since", "100y", "--limit", "1", "--reason", "SystemOOM", "-o", "jsonl")
    assert (len(exact.lines), exact.err) == (1, "")


def test_nothing_found_is_said_with_the_time_that_was_searched(search: Run, recording: Index) -> None:
    said = search("--since", "2026-11-01", "--until", "2026-11-02")
    assert (said.code, said.out) == (0, "")
    assert said.err == "nothing found since 2026-11-01T00:00:00Z and before 2026-11-03T00:00:00Z\n"


def test_cluster_and_namespace_are_columns_where_there_are_several(search: Run, index: Index) -> None:
    index.put(
        [state("a", 1), state("b", 2, involvedObject=raw_event()["involvedObject"] | {"namespace": "x"})]
    )
    assert search(*EVER).lines[0].startswith("NAMESPACE   LAST SEEN")
    assert search(*EVER, "-n", "x").lines[0].startswith("LAST SEEN")
    index.put([event(cluster="prod-us")])
    assert search(*EVER).lines[0].startswith("CLUSTER   NAMESPACE   LAST SEEN")
    assert search(*EVER, "--no-headers").lines[0].startswith("prod-")


def test_yaml_and_json_are_the_same_list(search: Run, recording: Index) -> None:
    as_json = search(*EVER, "-n", "shop", "-o", "json").out
    as_yaml = search(*EVER, "-n", "shop", "-o", "yaml").out
    assert json.loads(as_json) == yaml.safe_load(as_yaml)
    # The recording holds escape sequences and a character that turns text around.
    assert not set(as_json + as_yaml) & {"\x1b", "\x00", "\u202e"}
    assert json.loads(search(*EVER, "-n", "none", "-o", "json").out) == {"items": []}


def test_pages_join_without_a_gap_and_without_a_repeat(index: Index) -> None:
    # GIVEN one loud event with more states than two pages hold, and quiet ones before and behind it, all
    # within few moments, so that the order among equals matters
    loud = [state("loud", number, f"2026-11-21T02:0{number % 3}:00Z") for number in range(1, 2 * PAGE + 50)]
    quiet = [
        state(f"quiet-{number}", 5000 + number, f"2026-11-21T02:0{number % 5}:00Z") for number in range(700)
    ]
    index.put([*loud, *quiet])
    asked: list[Any] = []

    def search(body: Any) -> Any:
        asked.append(body)
        return index.api.call("POST", "/kubernetes-events/_search", body)

    # WHEN
    every = list(observations(search, {"match_all": {}}, fields=()))
    requests_for_every = len(asked)
    newest = list(newest_states(search, {"match_all": {}}, fields=()))
    # THEN
    assert len(every) == len({hit.id for hit in every}) == len(loud) + len(quiet)
    assert len(newest) == len({hit.event for hit in newest}) == 1 + len(quiet)
    (of_loud,) = (hit for hit in newest if hit.event[1] == "loud")
    assert value(of_loud.source, "metadata.resourceVersion") == str(
        max(n for n in range(2 * PAGE + 50) if n % 3 == 2)
    )
    # AND the loud one did not fill the pages
    assert len(asked) - requests_for_every < requests_for_every


def test_the_page_shows_what_the_command_prints(search: Run, recording: Index) -> None:
    shown = re.search(r"\$ kube-events search (.+)\n((?:.+\n)+)```", DOCUMENT.read_text())
    assert shown
    assert search(*shlex.split(shown[1])).out == shown[2]
