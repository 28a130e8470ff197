"""`kube-events rules backtest`: what past events would have come to."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from eventcore.event import Event
from eventcore.rules import Ruleset, decode_compiled
from eventcore.wire import encode, encode_heartbeat
from kube_events.rules.backtest.sorting import by_time
from kube_events.rules.backtest.tally import MAX_GROUPS, Tally
from kube_events.rules.expectations.described import described
from kube_events.rules.files import compile_file
from kube_events.rules.simulation import Message, Simulation
from lambdas.index_events.document import build_document
from tests.fixtures.events import heartbeat, raw_event
from tests.kube_events.rules.conftest import Run

T = 1_795_219_200.0
"""2026-11-21T00:00:00Z"""

RULES = """
drop: [{reason: [LeaderElection]}]
route:
  receiver: mail
  group_by: [reason]
  routes:
    - {match: {severity: [low]}, receivers: []}
    - {match: {severity: [critical]}, receiver: chat}
"""


def events() -> list[Event]:
    """Two hours: a storm of one reason, a node that goes and comes back, and what nobody is told."""
    found = [
        described({"reason": "FailedMount", "involvedObject": {"name": f"web-{at}"}}, path="", at=T + at)
        for at in range(50)
    ]
    node = {"kind": "Node", "name": "n"}
    found += [
        described({"reason": reason, "involvedObject": node}, path="", at=T + at)
        for reason, at in (
            ("NodeNotReady", 3600),
            ("NodeReady", 4500),
            ("LeaderElection", 100),
            ("Pulled", 200),
        )
    ]
    return found


def jsonl(recorded: Sequence[Event]) -> bytes:
    return b"".join(encode(each) + b"\n" for each in recorded)


@pytest.fixture
def rules(run: Run) -> Path:
    file = Path("rules.yaml")
    file.write_text(RULES)
    return file


def test_messages_are_counted_by_receiver_hour_and_group(run: Run, rules: Path) -> None:
    Path("events.jsonl").write_bytes(jsonl(events()))
    ran = run("backtest", rules, "--events", "events.jsonl")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "54 events, last seen 2026-11-21T00:00:00Z to 2026-11-21T01:15:00Z",
        "1 dropped, 2 told to nobody",
        "",
        "RECEIVER   MESSAGES   RESOLVED   AN HOUR   BUSIEST HOUR                BUSIEST MINUTE   EVENTS",
        "chat       2          1          1.6       2 at 2026-11-21T01:00:00Z   1                1",
        "mail       4          2          3.2       4 at 2026-11-21T00:00:00Z   1                50",
        "",
        "HOUR                   chat   mail",
        "2026-11-21T00:00:00Z   0      4",
        "2026-11-21T01:00:00Z   2      0",
        "",
        "MESSAGES   EVENTS   RECEIVER   ROUTE             GROUP",
        "4          50       mail       route             reason=FailedMount",
        "2          1        chat       route.routes[1]   reason=NodeNotReady",
    ]


def test_files_may_be_compressed_in_any_order_and_of_any_shape(run: Run, rules: Path) -> None:
    recorded = events()
    documents = [json.loads(build_document(each).source) | {"severity": "low"} for each in recorded]
    reverse = jsonl(recorded[::-1]) + encode_heartbeat(heartbeat()) + b"\n\n"
    Path("a.jsonl.gz").write_bytes(gzip.compress(reverse))
    Path("b.json").write_text(json.dumps({"items": documents}, indent=2))
    Path("c.jsonl").write_bytes(jsonl(recorded))
    said = [
        run("backtest", rules, "--json", "--events", file).out for file in ("a.jsonl.gz", "b.json", "c.jsonl")
    ]
    assert said[0] == said[1] == said[2]
    assert json.loads(said[0])["receivers"]["mail"]["hours"] == {"2026-11-21T00:00:00Z": 4}


def test_events_of_kubernetes_will_do(run: Run, rules: Path) -> None:
    Path("events.json").write_text(json.dumps({"kind": "List", "items": [raw_event()]}, indent=4))
    said = run("backtest", rules, "--json", "--events", "events.json").out
    assert json.loads(said)["receivers"]["mail"]["messages"] == 2
    # AND so will their list in one line, and their array
    for shape in ({"items": [raw_event()]}, [raw_event()]):
        for indent in (None, 2):
            Path("events.json").write_text(json.dumps(shape, indent=indent))
            assert run("backtest", rules, "--json", "--events", "events.json").out == said


def test_only_events_of_the_time_and_the_clusters_count(run: Run, rules: Path) -> None:
    Path("events.jsonl").write_bytes(jsonl(events()))
    arguments = ("backtest", rules, "--json", "--events", "events.jsonl")
    late = json.loads(run(*arguments, "--from", "2026-11-21T00:30:00Z", "--to", "2026-11-21T01:05:00Z").out)
    assert (late["events"], set(late["receivers"])) == (1, {"chat"})
    assert run("backtest", rules, "--events", "events.jsonl", "--cluster", "none").out == "no events\n"


def test_the_difference_to_the_rules_as_they_are_is_shown(run: Run, rules: Path) -> None:
    # GIVEN a compiled form that was deployed, and a file that was changed since
    Path("events.jsonl").write_bytes(jsonl(events()))
    run("check", rules, "--write")
    assert "against" not in run("backtest", rules, "--events", "events.jsonl").out
    rules.write_text(RULES.replace("[critical]", "[critical, high]"))
    # WHEN
    said = json.loads(run("backtest", rules, "--events", "events.jsonl", "--json").out)["against"]
    # THEN
    assert said["file"] == "rules.compiled.json"
    assert said["difference"] == {"chat": 4, "mail": -4}
    # AND another file is compared with if one is named
    Path("other.yaml").write_text("route: {receivers: []}\n")
    out = run("backtest", rules, "--events", "events.jsonl", "--against", "other.yaml").out
    assert out.splitlines()[-2:] == ["RECEIVER   BEFORE   NOW   DIFFERENCE", "chat       0        6     +6"]


def test_a_compiled_form_of_another_release_is_not_compared_with(run: Run, rules: Path) -> None:
    Path("events.jsonl").write_bytes(jsonl(events()))
    Path("rules.compiled.json").write_text('{"compiledVersion": 1}')
    ran = run("backtest", rules, "--events", "events.jsonl")
    assert ran.code == 0
    assert "nothing is compared" in ran.err
    Path("deep.json").write_text("[" * 100_000)
    for file in ("rules.compiled.json", "deep.json"):
        refused = run("backtest", rules, "--events", "events.jsonl", "--against", file)
        assert (refused.code, refused.out) == (1, "")


def test_receivers_may_hear_nothing_of_ends(run: Run, rules: Path) -> None:
    Path("events.jsonl").write_bytes(jsonl(events()))
    ran = run("backtest", rules, "--events", "events.jsonl", "--json", "--without-resolved", "chat")
    assert json.loads(ran.out)["receivers"]["chat"]["messages"] == 1


def test_events_are_read_from_the_index_page_by_page(run: Run, rules: Path, httpserver: HTTPServer) -> None:
    # GIVEN an index whose documents have the severity of the rules of then
    hits = [
        {
            "_id": str(at),
            "_source": json.loads(build_document(each).source) | {"severity": "low"},
            "sort": [at, "test", each.metadata.uid, "1"],
        }
        for at, each in enumerate(sorted(events(), key=lambda each: each.last_seen))
    ]
    httpserver.expect_request("/kubernetes-events/_search").respond_with_json({"hits": {"hits": hits}})
    endpoint = httpserver.url_for("").rstrip("/")
    # WHEN
    day = ("--from", "2026-11-21", "--to", "2026-11-21")
    ran = run("backtest", rules, *day, "--endpoint", endpoint, "--auth", "none", "--json")
    # THEN
    assert ran.code == 0
    said = json.loads(ran.out)
    assert {name: each["messages"] for name, each in said["receivers"].items()} == {"mail": 4, "chat": 2}
    asked: Any = json.loads(httpserver.log[0][0].get_data())
    assert asked["query"]["bool"]["filter"] == [
        {"range": {"@timestamp": {"gte": "2026-11-21T00:00:00+00:00", "lt": "2026-11-22T00:00:00+00:00"}}}
    ]
    assert asked["sort"][0]["@timestamp"]["order"] == "asc"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--from says from when on"),
        (["--from", "noon"], "--from: 'noon': expected"),
        (["--from", "2026-11-21", "--to", "2026-11-20"], "is not before it"),
        (["--events", "bad.jsonl", "--without-resolved", "male"], 'did you mean mail?; found "male"'),
    ],
)
def test_arguments_that_cannot_be_meant_are_wrong_usage(
    run: Run, rules: Path, arguments: list[str], says: str
) -> None:
    ran = run("backtest", rules, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--from", "1h"], "no endpoint"),
        (["--events", "deep.json"], "deep.json: line 1: no JSON: maximum recursion"),
        (["--events", "deeper.json"], "deeper.json: no JSON: maximum recursion"),
        (["--events", "none.jsonl"], "none.jsonl: No such file or directory"),
        (["--events", "bad.jsonl"], "bad.jsonl: line 2: no JSON"),
        (["--events", "odd.jsonl"], "odd.jsonl: line 1: no event: found neither record nor involvedObject"),
        (["--events", "cut.gz"], "cut.gz: no whole gzip"),
        (["--events", "."], ".: Is a directory"),
    ],
)
def test_what_cannot_be_read_is_named(run: Run, rules: Path, arguments: list[str], says: str) -> None:
    Path("bad.jsonl").write_bytes(jsonl(events()[:1]) + b"{nothing\n")
    Path("odd.jsonl").write_text("{}\n")
    Path("deep.json").write_text('{"record":' + "[" * 100_000)
    Path("deeper.json").write_text("[\n" * 100_000)
    Path("cut.gz").write_bytes(gzip.compress(jsonl(events()))[:200])
    ran = run("backtest", rules, *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert says in ran.err


def test_more_than_fits_into_memory_is_sorted_all_the_same() -> None:
    lines = [(float(at * 7 % 101), str(at).encode()) for at in range(101)]
    assert list(by_time(lines, in_memory=10)) == sorted(lines)


def test_of_very_many_groups_the_noisy_ones_are_kept(run: Run, rules: Path) -> None:
    simulation = Simulation(Ruleset(decode_compiled(compile_file(rules))))
    simulation.receive(events()[0], now=T)
    (message,) = simulation.fire(T + 60)
    tally = Tally()

    def tell(key: str) -> None:
        message.group.key = key
        tally.add(Message(T, message.group, message.notification))

    for _ in range(2):
        tell("noisy")
    for number in range(MAX_GROUPS):
        tell(str(number))
    assert tally.forgot_groups
    assert tally.noisiest(1)[0].messages == 2
