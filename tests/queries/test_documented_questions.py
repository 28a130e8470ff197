"""docs/queries.md: every question finds what there is, and its three queries find the same."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import jq
import pytest

from kube_events.__main__ import main
from lambdas.index_events.document import build_document
from sandbox.opensearch import OpenSearchServer
from tests.fixtures.opensearch_api import OpenSearchApi
from tests.fixtures.reader import new_person
from tests.queries.documented import Question, questions
from tests.queries.dql import translate
from tests.queries.night import CLUSTER, FIXED_CLUSTER, night_until, recording_until

TEMPLATE = Path(__file__).parents[2] / "opensearch" / "index-template.json"
QUESTIONS = questions()


class Found(NamedTuple):
    """How many events, of those recorded and of those made by hand for what the recording lacks."""

    recorded: int
    made: int


FOUND = {
    1: Found(1, 4),
    2: Found(2, 1),
    3: Found(0, 1),
    4: Found(1, 1),
    5: Found(1, 1),
    6: Found(0, 3),
    7: Found(1, 5),
    8: Found(0, 2),
    9: Found(7, 0),
    10: Found(2, 1),
    11: Found(0, 1),
    12: Found(10, 0),
    13: Found(0, 2),
    14: Found(3, 0),
    15: Found(0, 2),
    16: Found(2, 0),
    17: Found(0, 1),
    18: Found(1, 2),
    19: Found(1, 1),
    20: Found(2, 0),
    21: Found(150, 0),
    22: Found(1, 0),
    23: Found(0, 1),
    24: Found(1, 0),
    25: Found(10, 0),
    26: Found(1, 1),
    27: Found(1, 4),
    28: Found(195, 19),
    29: Found(334, 24),
    30: Found(336, 23),
}
"""By the number of the question. Those of the recording were counted in its own lines as well."""


def test_there_are_thirty_questions_numbered_in_their_order() -> None:
    assert [each.number for each in QUESTIONS] == list(range(1, 31))
    assert len({each.title for each in QUESTIONS}) == 30


@pytest.mark.opensearch
def test_each_question_finds_what_there_is_in_three_ways(
    clean_index: OpenSearchApi, capsys: pytest.CaptureFixture[str]
) -> None:
    _each_finds_what_there_is(clean_index, ["--endpoint", clean_index.url, "--auth", "none"], capsys)


@pytest.mark.search
def test_each_question_finds_it_in_every_version(
    search_server: OpenSearchServer,
    clean_search: OpenSearchApi,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection = ["--endpoint", clean_search.url, "--auth", "none"]
    if search_server.admin:
        reader = new_person(clean_search, "reader", reads=True)
        monkeypatch.setenv("KUBE_EVENTS_OPENSEARCH_PASSWORD", reader.password)
        connection[2:] = ["--user", reader.name]
    _each_finds_what_there_is(clean_search, connection, capsys)


def _each_finds_what_there_is(
    api: OpenSearchApi, connection: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN the recording and a bad night
    _fill(api, datetime.now(UTC))
    for each in QUESTIONS:
        # WHEN
        by_dsl = _events(api, each.body["query"])
        by_search = _searched(each, connection, capsys)
        by_dql = _events(api, {"bool": {"filter": [translate(each.dql), _time(each)]}})
        # THEN
        of_clusters = Counter(cluster for cluster, _ in by_dsl)
        recorded, made = of_clusters["demo"], of_clusters[CLUSTER] + of_clusters[FIXED_CLUSTER]
        assert Found(recorded, made) == FOUND[each.number], each.title
        assert by_search == by_dsl, each.title
        assert by_dql == by_dsl, each.title
        # AND as it stands on the page it is accepted, and says something
        assert _says_something(api.call("POST", each.path, each.body)), each.title


def _fill(api: OpenSearchApi, now: datetime) -> None:
    api.call("PUT", "/_index_template/kube-events", json.loads(TEMPLATE.read_text()))
    documents = [build_document(each).lines for each in (*recording_until(now), *night_until(now))]
    assert not api.call("POST", "/_bulk?refresh=true", b"".join(documents))["errors"]


def _time(question: Question) -> dict[str, Any]:
    """What the time picker adds: the range that the question has in DSL."""
    clauses: list[dict[str, Any]] = question.body["query"]["bool"]["filter"]
    (time,) = (clause for clause in clauses if "@timestamp" in clause.get("range", ()))
    return time


def _events(api: OpenSearchApi, query: dict[str, Any]) -> set[tuple[str, str]]:
    body = {"query": query, "size": 10_000, "_source": ["cluster.name", "metadata.uid"]}
    hits = api.call("POST", "/kubernetes-events/_search", body)["hits"]["hits"]
    return {(hit["_source"]["cluster"]["name"], hit["_source"]["metadata"]["uid"]) for hit in hits}


def _searched(
    question: Question, connection: list[str], capsys: pytest.CaptureFixture[str]
) -> set[tuple[str, str]]:
    """Run the command as it stands, and its pipe; then the same for documents."""
    command, _, pipe = question.command.partition(" | ")
    arguments = ["search", *shlex.split(command), *connection]
    assert main(arguments) == 0
    printed = capsys.readouterr()
    assert printed.out, question.title
    assert printed.err == "", question.title
    if pipe:
        assert _piped(printed.out, pipe), question.title
    assert main([*arguments, "--limit", "0", "-o", "jsonl"]) == 0
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {(each["cluster"]["name"], each["metadata"]["uid"]) for each in documents}


_PIPE = re.compile(r"jq -r (?P<program>'[^']*'|\S+) \| (?P<rest>.+)")


def _piped(text: str, pipe: str) -> str:
    """What comes out of `jq -r PROGRAM | …`. jq is the library's: not every machine has the tool."""
    found = _PIPE.fullmatch(pipe)
    assert found, pipe
    values = "".join(f"{value}\n" for value in jq.compile(found["program"].strip("'")).input_text(text))
    shell = ["bash", "-euo", "pipefail", "-c", found["rest"]]
    return subprocess.run(shell, input=values, capture_output=True, text=True, check=True).stdout


def _says_something(answer: dict[str, Any]) -> bool:
    aggregations = answer.get("aggregations")
    if aggregations is None:
        return bool(answer["hits"]["hits"])
    return all(aggregation["buckets"] for aggregation in aggregations.values())
