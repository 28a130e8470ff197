"""`kube-events backfill`: lists over HTTP, the real index function, the real OpenSearch."""

from __future__ import annotations

import json
import re
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_httpserver import HTTPServer

from eventcore.event import Cluster
from eventcore.identity import observation_id
from eventcore.normalise import normalise
from eventcore.wire import encode
from exporter.counts import Counts
from exporter.intake import EventIntake
from kube_events.__main__ import main
from kube_events.backfill.cluster_events import MAX_LISTS, PATIENCE, ClusterError, ClusterEvents
from sandbox.cluster import MAIN
from sandbox.control_plane.pki import Pki
from tests.events import kinesis_batch
from tests.fixtures.aws import Aws, LambdaContext
from tests.fixtures.cluster import Answer, ScriptedApiServer, event_object, list_page, refusal
from tests.fixtures.opensearch import OpenSearchApi
from tests.fixtures.receivers import Clock
from tests.kube_events.index_function import FUNCTION, IndexFunctionServer
from tests.lambdas.index_events.conftest import Deployed


def backfill(kubeconfig: Path, *arguments: str) -> int:
    command = ["backfill", "--kubeconfig", str(kubeconfig), "--cluster", "prod-eu", "--function", FUNCTION]
    return main([*command, *arguments])


def names_sent(function: IndexFunctionServer) -> list[str]:
    return [msgspec.json.decode(data)["metadata"]["name"] for data in function.data()]


@pytest.fixture
def kubeconfig(api_server: ScriptedApiServer, tmp_path: Path) -> Path:
    return api_server.kubeconfig(tmp_path / "kubeconfig")


@pytest.mark.opensearch
def test_what_the_exporter_has_sent_is_there_already(
    index: OpenSearchApi,
    deployed: Deployed,
    index_function: IndexFunctionServer,
    replay: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # GIVEN a cluster with recorded events, of which the exporter has sent every second
    index_function.handler = deployed.start(index.url)
    server = replay(MAIN)
    kubeconfig = server.kubeconfig(tmp_path / "kubeconfig")
    listed = list(ClusterEvents(kubeconfig, None, None, say=print))
    exporter = EventIntake("prod-eu", Counts())
    expected = {observation_id(each) for each in exporter(listed) if each.reason != "LeaderElection"}
    index_function.handler(kinesis_batch(*exporter(listed[::2])), LambdaContext())
    before = {hit["_id"]: hit["_source"] for hit in index.documents()}
    assert 10 < len(before) < len(expected)
    capsys.readouterr()
    # WHEN
    assert backfill(kubeconfig) == 0
    # THEN the other half is new, and the first is as it was
    after = {hit["_id"]: hit["_source"] for hit in index.documents()}
    assert set(after) == expected
    assert {identity: after[identity] for identity in before} == before
    assert {hit["_version"] for hit in index.documents()} == {1}
    printed = capsys.readouterr().out
    assert f"read {len(listed)} records: {len(listed)} events to index" in printed
    assert f"{len(after) - len(before)} written, {len(before)} already there" in printed
    # AND again, nothing is
    assert backfill(kubeconfig) == 0
    assert f"0 written, {len(after)} already there" in capsys.readouterr().out


def test_an_event_is_the_same_record_as_the_exporters(
    api_server: ScriptedApiServer, kubeconfig: Path, index_function: IndexFunctionServer
) -> None:
    # GIVEN an event of the usual shape, and one that has to be repaired
    usual = event_object("a", 5, involvedObject={"kind": "Node", "name": "n1"}, count=3)
    odd = event_object("b", 6, count="three", series=[], lastTimestamp="2026-11-21T01:00:00Z")
    api_server.answers(list_page(usual, odd, version=9))
    # WHEN
    assert backfill(kubeconfig, "--cluster-region", "eu-central-1", "--cluster-account", "123456789012") == 0
    # THEN
    found = [msgspec.json.decode(data) for data in index_function.data()]
    received = datetime.fromisoformat(found[0]["receivedAt"])
    assert (datetime.now(UTC) - received).total_seconds() < 60
    cluster = Cluster(name="prod-eu", region="eu-central-1", account="123456789012")
    assert index_function.data() == [
        encode(normalise(raw, cluster=cluster, received_at=received)) for raw in (usual, odd)
    ]


def test_every_page_is_read(
    api_server: ScriptedApiServer, kubeconfig: Path, index_function: IndexFunctionServer
) -> None:
    api_server.answers(
        list_page(event_object("a", 1), version=9, continue_="more"),
        list_page(event_object("b", 2), version=9),
    )
    assert backfill(kubeconfig) == 0
    assert names_sent(index_function) == ["a", "b"]
    assert [(asked.path, asked.query) for asked in api_server.asked] == [
        ("/api/v1/events", {"limit": "500"}),
        ("/api/v1/events", {"limit": "500", "continue": "more"}),
    ]


def test_one_namespace_can_be_taken(
    api_server: ScriptedApiServer, kubeconfig: Path, index_function: IndexFunctionServer
) -> None:
    api_server.answers(list_page(version=9))
    assert backfill(kubeconfig, "--namespace", "shop") == 0
    assert api_server.asked[0].path == "/api/v1/namespaces/shop/events"
    assert index_function.batches == []


def gone(continue_: str = "") -> Answer:
    """A token that is too old, with or without another for the rest as it is now."""
    body = {
        "kind": "Status",
        "code": 410,
        "reason": "Expired",
        "message": "The provided continue parameter is too old",
        "metadata": {"continue": continue_} if continue_ else {},
    }
    return Answer(410, json.dumps(body).encode())


def test_a_list_whose_token_is_too_old_is_gone_on_with(
    api_server: ScriptedApiServer, kubeconfig: Path, index_function: IndexFunctionServer
) -> None:
    api_server.answers(
        list_page(event_object("a", 1), version=9, continue_="old"),
        gone("inconsistent"),
        list_page(event_object("b", 2), version=12),
    )
    assert backfill(kubeconfig) == 0
    assert names_sent(index_function) == ["a", "b"]
    assert api_server.asked[2].query["continue"] == "inconsistent"


def test_without_another_token_the_list_is_begun_again_and_nothing_sent_twice(
    api_server: ScriptedApiServer,
    kubeconfig: Path,
    index_function: IndexFunctionServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    api_server.answers(
        list_page(event_object("a", 1), event_object("b", 2), version=9, continue_="old"),
        gone(),
        list_page(event_object("a", 1), event_object("b", 3), event_object("c", 4), version=12),
    )
    assert backfill(kubeconfig) == 0
    assert names_sent(index_function) == ["a", "b", "b", "c"]
    assert "begun again" in capsys.readouterr().err


def test_a_list_may_last_as_long_as_each_token_leads_to_a_page(
    api_server: ScriptedApiServer, kubeconfig: Path, index_function: IndexFunctionServer
) -> None:
    pages = MAX_LISTS + 2
    for number in range(pages):
        api_server.answers(
            list_page(event_object(f"e{number}", number + 1), version=9, continue_="old"), gone("on")
        )
    api_server.answers(list_page(version=12))
    assert backfill(kubeconfig) == 0
    assert len(names_sent(index_function)) == pages


def events_of(kubeconfig: Path, clock: Clock, said: list[str]) -> ClusterEvents:
    return ClusterEvents(kubeconfig, None, None, say=said.append, sleep=clock.advance, clock=clock)


@pytest.mark.parametrize(
    "answers",
    [
        [list_page(version=9, continue_="old"), gone()] * MAX_LISTS,
        [list_page(version=9, continue_="old"), *([gone("another")] * (MAX_LISTS + 1))],
    ],
)
def test_a_server_that_never_ends_a_list_is_given_up(
    api_server: ScriptedApiServer, kubeconfig: Path, clock: Clock, answers: list[Answer]
) -> None:
    api_server.answers(*answers)
    with pytest.raises(ClusterError, match="forgets its lists before their end"):
        list(events_of(kubeconfig, clock, []))


def test_a_server_that_is_busy_is_waited_for_as_long_as_it_asks(
    api_server: ScriptedApiServer, kubeconfig: Path, clock: Clock
) -> None:
    said: list[str] = []
    before = clock.now
    api_server.answers(
        refusal(429, "TooManyRequests", "busy", Retry_After="40"),
        refusal(503, "ServiceUnavailable"),
        list_page(event_object("a", 1), version=9),
    )
    assert [each.metadata.name for each in events_of(kubeconfig, clock, said)] == ["a"]
    assert clock.now - before >= 40
    assert said[0].endswith("HTTP 429 busy; again in 40 s")


def test_a_server_that_does_not_answer_is_given_up_after_minutes(tmp_path: Path, clock: Clock) -> None:
    with ScriptedApiServer() as server:
        kubeconfig = server.kubeconfig(tmp_path / "kubeconfig")
    before = clock.now
    with pytest.raises(ClusterError, match=rf"{server.url}: for {PATIENCE:.0f} s: .*refused"):
        list(events_of(kubeconfig, clock, []))
    assert clock.now - before <= PATIENCE


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refusal(401, "Unauthorized"), "{url} does not accept the credentials of the kubeconfig"),
        (
            refusal(403, "Forbidden", "events is forbidden"),
            "{url}: the right to list events in all namespaces is missing: events is forbidden",
        ),
        (refusal(404, "NotFound", "no such path"), "{url}: HTTP 404 no such path"),
        (Answer(200, b"<html>"), "{url}: its answer is no list of events"),
    ],
)
def test_what_the_server_refuses_is_said_in_a_line(
    api_server: ScriptedApiServer,
    kubeconfig: Path,
    index_function: IndexFunctionServer,
    answer: Answer,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    api_server.answers(answer)
    assert backfill(kubeconfig) == 1
    assert capsys.readouterr().err == said.format(url=api_server.url) + "\n"


def test_an_authority_that_is_not_known_is_said(
    kubeconfig: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN an API server whose certificate nobody knows
    pki = Pki(tmp_path / "pki")
    pki.make()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.server, pki.server_key)
    with HTTPServer(ssl_context=context) as server:
        url = f"https://localhost:{server.port}"
        kubeconfig.write_text(re.sub('http://[^"\n]+', url, kubeconfig.read_text()))
        # WHEN / THEN
        assert backfill(kubeconfig, "--dry-run") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{url}: ")
    assert "CERTIFICATE_VERIFY_FAILED" in line


def test_an_address_that_is_none_is_said(kubeconfig: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kubeconfig.write_text(re.sub('http://[^"\n]+', "http://ho st", kubeconfig.read_text()))
    assert backfill(kubeconfig, "--dry-run") == 1
    assert capsys.readouterr().err.startswith("kubeconfig: server 'http://ho st': ")


@pytest.mark.parametrize(
    ("text", "arguments"),
    [(None, []), ("{", []), ("kind: Config", []), ("", []), (..., ["--context", "other"])],
)
def test_a_kubeconfig_that_cannot_be_used_is_said_in_a_line(
    kubeconfig: Path, text: Any, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    if text is None:
        kubeconfig.unlink()
    elif text is not ...:
        kubeconfig.write_text(text)
    assert backfill(kubeconfig, *arguments) == 1
    errors = capsys.readouterr().err
    assert errors.startswith("kubeconfig: ")
    assert errors.count("\n") == 1


def test_a_name_that_no_cluster_may_have_is_refused(
    kubeconfig: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        backfill(kubeconfig, "--cluster", "prod/eu")
    assert exit_.value.code == 2
    assert "expected 1 to 100 letters, digits" in capsys.readouterr().err


def test_a_dry_run_needs_no_aws(
    api_server: ScriptedApiServer,
    kubeconfig: Path,
    aws: Aws,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    api_server.answers(list_page(event_object("a", 1), {"metadata": {"name": "odd"}}, version=9))
    assert backfill(kubeconfig, "--dry-run") == 0
    printed = capsys.readouterr()
    assert "1 events to index" in printed.out
    assert "/odd: an event that nothing identifies" in printed.err
