"""An event that repeats for ten days: found for every hour of them, and forgotten only from behind.

The API server's side and the clock are made by hand; exporter, function and OpenSearch are the real ones. The
server has no ISM here, so the policy that setup_index would put is carried out by the test (`make
test-search` has the plugin do it).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eventcore.event import Cluster, Event
from eventcore.kubernetes_event import KubernetesEvent
from eventcore.rules import Ruleset, decode_compiled
from exporter.counts import Counts
from exporter.intake import EventIntake
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.observability import metrics
from lambdas.common.opensearch.client import OpenSearchClient
from lambdas.common.records import decode_records
from lambdas.index_events.bulk_writer import BulkWriter
from lambdas.index_events.indexer import Filing, Indexer
from lambdas.setup_index.definitions import index_template, retention_policy
from tests.events import failed, kinesis_batch
from tests.fixtures.aws import Aws, LambdaContext
from tests.fixtures.events import raw_event
from tests.fixtures.opensearch import OpenSearchApi
from tests.lambdas.metrics import emitted
from tests.lambdas.rules import compiled

pytestmark = pytest.mark.opensearch

ALIAS = "kubernetes-events"
DOCS = Path(__file__).parents[2] / "docs"
BEGAN = datetime(2026, 11, 1, 0, 7, tzinfo=UTC)
HOURS = [BEGAN.replace(minute=0) + timedelta(hours=hour) for hour in range(240)]
EVERY = timedelta(minutes=20)
"""Kubernetes counts a repetition at least this often, or the event would expire (an hour after its last)."""
UID = "ad28f7e6-daf7-4896-9ecd-e0c310fb7e6f"


class Clock:
    """The time by hand."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now


class RepeatingEvent:
    """One Event object, as an exporter sees it whenever its count has been PATCHed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._intake = EventIntake(Cluster(name="prod-eu"), Counts(), now=clock)
        self._count = 0
        self.states: list[Event] = []
        """All there have been."""

    def repeat(self) -> Event:
        """It happens once more."""
        self._count += 1
        now = f"{self._clock.now:%Y-%m-%dT%H:%M:%SZ}"
        metadata = {
            "uid": UID,
            "resourceVersion": str(1000 + 13 * self._count),
            "creationTimestamp": f"{BEGAN:%Y-%m-%dT%H:%M:%SZ}",
            "managedFields": [{"manager": "kubelet", "operation": "Update", "time": now}],
        }
        raw = raw_event(
            metadata=raw_event()["metadata"] | metadata,
            count=self._count,
            firstTimestamp=metadata["creationTimestamp"],
            lastTimestamp=now,
        )
        [event] = self._intake([msgspec.json.decode(json.dumps(raw), type=KubernetesEvent)])
        self.states.append(event)
        return event


class NoAuth:
    """Of a server that asks nobody who he is."""

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        return {}

    def refused(self) -> bool:
        return False


class Retention:
    """Carries out the policy that setup_index puts, by the clock and as ISM reads it: a state at a time."""

    def __init__(self, policy: dict[str, Any], api: OpenSearchApi, clock: Callable[[], datetime]) -> None:
        self._states = {state["name"]: state for state in policy["policy"]["states"]}
        self._default = policy["policy"]["default_state"]
        [self._template] = policy["policy"]["ism_template"]
        self._api = api
        self._clock = clock
        self._made: dict[str, datetime] = {}
        self._state: dict[str, str] = {}

    def look(self) -> set[str]:
        """Move each index on as far as it is due; returns those that are left."""
        found = self._api.call("GET", "/_cat/indices/kube-events-*?format=json")
        for index in (each["index"] for each in found):
            assert any(fnmatch(index, pattern) for pattern in self._template["index_patterns"])
            self._made.setdefault(index, self._clock())
            self._state.setdefault(index, self._default)
        for index in list(self._state):
            self._move_on(index)
        return set(self._state)

    def _move_on(self, index: str) -> None:
        while following := self._due(index):
            self._state[index] = following
            for action in self._states[following]["actions"]:
                assert action.keys() == {"delete"}, action
                self._api.call("DELETE", f"/{index}")
                del self._state[index]
                return

    def _due(self, index: str) -> str | None:
        age = self._clock() - self._made[index]
        for transition in self._states[self._state[index]]["transitions"]:
            assert transition["conditions"].keys() == {"min_index_age"}
            days = re.fullmatch(r"(\d+)d", transition["conditions"]["min_index_age"])
            assert days is not None
            if age >= timedelta(days=int(days[1])):
                return str(transition["state_name"])
        return None


class Index:
    """index_events by a clock that is set by hand, and the index that it fills."""

    def __init__(self, aws: Aws, api: OpenSearchApi, clock: Clock, retention_days: int) -> None:
        api.call("PUT", "/_index_template/kube-events", index_template())
        self._aws, self._bucket = aws, aws.bucket()
        self._api = api
        self._indexer = Indexer(
            rules=Ruleset(decode_compiled(compiled())),
            writer=BulkWriter(OpenSearchClient(api.url, NoAuth())),
            dead_letters=DeadLetters(aws.s3, bucket=self._bucket, function="index_events"),
            filing=Filing(retention_days=retention_days),
            clock=clock,
        )
        self.retention = Retention(retention_policy(retention_days, "day"), api, clock)

    def deliver(self, *events: Event) -> None:
        """A batch, to what the handler hands it to."""

        @metrics.log_metrics
        def handler(batch: Any, context: LambdaContext) -> Any:
            decoded = decode_records(batch)
            return decoded.response(self._indexer.index(decoded, context))

        for begin in range(0, len(events), 500):
            assert failed(handler(kinesis_batch(*events[begin : begin + 500]), LambdaContext())) == []

    def versions(self) -> list[str]:
        """Of all that is stored."""
        return sorted(
            hit["_source"]["metadata"]["resourceVersion"] for hit in self._api.documents(_source=True)
        )

    def found_in(self, hours: list[datetime]) -> list[int]:
        """How many documents the documented query finds in each of these hours."""
        self._api.call("POST", "/kube-events-*/_refresh")
        queries = [query_of_an_hour(hour) for hour in hours]
        lines = b"\n".join(msgspec.json.encode(line) for query in queries for line in ({}, query))
        answer = self._api.http.request(
            "POST",
            f"{self._api.url}/{ALIAS}/_msearch",
            body=lines + b"\n",
            headers={"Content-Type": "application/x-ndjson"},
        )
        return [each["hits"]["total"]["value"] for each in msgspec.json.decode(answer.data)["responses"]]

    def dead_letters(self) -> list[bytes]:
        """All there are."""
        return list(self._aws.objects(self._bucket, "dead-letters/").values())


def query_of_an_hour(hour: datetime) -> dict[str, Any]:
    """ "What happened in production between two and three at night", as docs/ has it, for another hour."""
    found = re.findall(r"```json\nGET (\S+)\n(.*?)```", (DOCS / "index.md").read_text(), re.DOTALL)
    for path, text in found:
        query = json.loads(text)
        filters = query.get("query", {}).get("bool", {}).get("filter", [])
        for condition in filters:
            if "@timestamp" in condition.get("range", {}):
                assert {"term": {"cluster.name": "prod-eu"}} in filters
                condition["range"]["@timestamp"] = {
                    "gte": f"{hour:%Y-%m-%dT%H:00:00Z}",
                    "lt": f"{hour + timedelta(hours=1):%Y-%m-%dT%H:00:00Z}",
                }
                assert path == f"/{ALIAS}/_search"
                return dict(query)
    raise AssertionError("docs/index.md has no query for an hour")


def live(event: RepeatingEvent, index: Index, clock: Clock) -> Iterator[datetime]:
    """Ten days; stands still after every sixth hour, which it answers, when the policy was carried out."""
    for hour in HOURS[5::6]:
        states = []
        while clock.now < hour + timedelta(hours=1):
            states.append(event.repeat())
            clock.now += EVERY
        index.deliver(*states)
        index.retention.look()
        yield hour


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_an_event_that_repeats_for_ten_days_is_found_for_any_hour_of_them(
    aws: Aws, clean_index: OpenSearchApi, clock: Clock
) -> None:
    # GIVEN
    event, index = RepeatingEvent(clock), Index(aws, clean_index, clock, retention_days=30)
    # WHEN it repeats for ten days
    for _ in live(event, index, clock):
        pass
    # THEN each hour has its three states, one index per day holds them, and all are of one event
    assert index.found_in(HOURS) == [3] * 240
    assert len(index.retention.look()) == 10
    assert len(index.versions()) == 720
    newest = clean_index.call(
        "POST",
        f"/{ALIAS}/_search",
        {"collapse": {"field": "metadata.uid"}, "sort": [{"lastSeen": "desc"}]},
    )["hits"]["hits"]
    assert [hit["_source"]["count"] for hit in newest] == [720]


def test_what_is_older_than_the_retention_goes_while_the_event_lives(
    aws: Aws, clean_index: OpenSearchApi, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN a retention of three days
    event, index = RepeatingEvent(clock), Index(aws, clean_index, clock, retention_days=3)
    capsys.readouterr()
    # WHEN the event repeats for ten days
    for hour in live(event, index, clock):
        # THEN at any time of them the last three days are there, whole
        back = [each for each in HOURS if hour - timedelta(days=3) <= each <= hour]
        assert index.found_in(back) == [3] * len(back)
    # AND of what is older than that and a day, nothing
    gone = [each for each in HOURS if each + timedelta(hours=1) <= clock.now - timedelta(days=4)]
    assert len(gone) == 144
    assert index.found_in(gone) == [0] * len(gone)
    assert index.retention.look() == {f"kube-events-2026.11.{day:02}" for day in range(7, 11)}
    assert emitted(capsys)["DocumentsTooOld"] == 0
    # AND when all of it comes once more, from an archive perhaps, nothing is written but what was there, and
    # nothing is set aside: what is too old is counted
    stored = index.versions()
    index.deliver(*event.states)
    assert index.versions() == stored
    assert len(index.retention.look()) == 4
    assert index.dead_letters() == []
    # AND so is what would go into the index that is deleted next
    counted = emitted(capsys)
    assert {name: counted[name] for name in counted if name.startswith("Documents") and counted[name]} == {
        "DocumentsAlreadyThere": 3 * 72,
        "DocumentsTooOld": 7 * 72,
    }
