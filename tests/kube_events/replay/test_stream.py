"""Reading a stream that splits, refuses, and forgets. Kinesis is played over HTTP."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from types import MappingProxyType
from typing import Any

import boto3
import pytest

from eventcore.backoff import Backoff
from kube_events.reindex.aws import AwsError
from kube_events.reindex.found import Found, Warned
from kube_events.replay.stream import EARLY, StreamSource
from tests.fixtures.aws import Aws
from tests.fixtures.cluster import Answer
from tests.fixtures.loopback import LoopbackServer
from tests.fixtures.receivers import Clock

ARN = "arn:aws:kinesis:eu-central-1:123456789012:stream/kube-events"
BEGAN = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SINCE = BEGAN - timedelta(hours=2)


class Kinesis(LoopbackServer):
    """Gives scripted answers to GetRecords and GetShardIterator; one shard unless told otherwise."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.shard_pages: list[list[str]] = [["shardId-000000000000"]]
        self._scripts: dict[str, deque[Answer]] = {"GetRecords": deque(), "GetShardIterator": deque()}
        super().__init__()

    def answers(self, action: str, *answers: Answer) -> None:
        self._scripts[action].extend(answers)

    def requests(self, action: str) -> list[dict[str, Any]]:
        return [body for asked, body in self.asked if asked == action]

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        action = request.headers["X-Amz-Target"].rpartition(".")[2]
        asked = json.loads(body)
        self.asked.append((action, asked))
        if action == "DescribeStreamSummary":
            return said(StreamDescriptionSummary={"StreamARN": ARN, "RetentionPeriodHours": 48})
        if action == "ListShards":
            page = int(asked.get("NextToken", 0))
            token = {"NextToken": str(page + 1)} if page + 1 < len(self.shard_pages) else {}
            return said(Shards=[{"ShardId": shard} for shard in self.shard_pages[page]], **token)
        script = self._scripts[action]
        if action == "GetShardIterator" and not script:
            return said(ShardIterator=f"iterator {len(self.requests(action))}")
        return script.popleft()


def said(**answer: Any) -> Answer:
    return Answer(200, json.dumps(answer).encode(), {"Content-Type": "application/x-amz-json-1.1"})


def refusal(kind: str, status: int = 400) -> Answer:
    return Answer(status, json.dumps({"__type": kind, "message": "m"}).encode(), {"x-amzn-ErrorType": kind})


def records(*numbers: int, more: bool = True, behind: int = 1000, hours: float = 1) -> Answer:
    """A page; `hours` before the run began it arrived."""
    arrived = (BEGAN - timedelta(hours=hours)).timestamp()
    return said(
        Records=[
            {
                "SequenceNumber": str(number),
                "Data": b64encode(str(number).encode()).decode(),
                "PartitionKey": "k",
                "ApproximateArrivalTimestamp": arrived,
            }
            for number in numbers
        ],
        MillisBehindLatest=behind,
        **({"NextShardIterator": "next"} if more else {}),
    )


@pytest.fixture
def kinesis(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kinesis]:
    with Kinesis() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_KINESIS", server.url)
        # botocore would wait by itself.
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        yield server


def read(clock: Clock, after: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """What the source hands over: data of records, and warnings."""
    source = StreamSource(
        boto3.Session(),
        "kube-events",
        since=SINCE,
        until=BEGAN,
        after=after,
        sleep=clock.advance,
        clock=clock,
        backoff=Backoff(base=1.0, cap=15.0, draw=lambda: 1.0),
    )
    return [_shown(each) for each in source]


def _shown(each: object) -> str:
    assert isinstance(each, Found | Warned)
    return each.data.decode() if isinstance(each, Found) else each.text


def test_closed_shards_and_shards_of_later_pages_are_read_to_their_end(
    kinesis: Kinesis, clock: Clock
) -> None:
    # GIVEN a shard that was split, and its children
    kinesis.shard_pages = [["shardId-000000000000"], ["shardId-000000000001", "shardId-000000000002"]]
    kinesis.answers("GetRecords", records(1), records(2, more=False))
    kinesis.answers("GetRecords", records(3), records(behind=0))
    kinesis.answers("GetRecords", records(), records(4), records(behind=0))
    # WHEN / THEN an empty page is no end
    assert read(clock) == ["1", "2", "3", "4"]
    assert [asked["Timestamp"] for asked in kinesis.requests("GetShardIterator")] == (
        [(SINCE - EARLY).timestamp()] * 3
    )


def test_what_arrived_after_the_replay_began_is_left(kinesis: Kinesis, clock: Clock) -> None:
    kinesis.answers("GetRecords", records(1), records(2, hours=-0.1))
    assert read(clock) == ["1"]


def test_an_iterator_that_expired_is_replaced_by_one_behind_the_last_record(
    kinesis: Kinesis, clock: Clock
) -> None:
    kinesis.answers("GetRecords", records(1, 2), refusal("ExpiredIteratorException"), records(3, behind=0))
    assert read(clock) == ["1", "2", "3"]
    first, second = kinesis.requests("GetShardIterator")
    assert first["ShardIteratorType"] == "AT_TIMESTAMP"
    assert (second["ShardIteratorType"], second["StartingSequenceNumber"]) == ("AFTER_SEQUENCE_NUMBER", "2")


def test_a_shard_that_throttles_is_waited_for(kinesis: Kinesis, clock: Clock) -> None:
    before = clock.now
    kinesis.answers(
        "GetRecords",
        refusal("ProvisionedThroughputExceededException"),
        refusal("InternalFailure", 500),
        records(1, behind=0),
    )
    assert read(clock) == ["1"]
    assert clock.now - before == 3  # one second, then two


def test_a_shard_that_refuses_for_minutes_ends_the_replay(kinesis: Kinesis, clock: Clock) -> None:
    kinesis.answers("GetRecords", *([refusal("ProvisionedThroughputExceededException")] * 60))
    with pytest.raises(AwsError) as refused:
        read(clock)
    assert str(refused.value) == (
        "the stream kube-events: refused for 300 s: ProvisionedThroughputExceededException"
    )


def test_it_goes_on_behind_what_was_done(kinesis: Kinesis, clock: Clock) -> None:
    kinesis.answers("GetRecords", records(8, behind=0))
    assert read(clock, {"shardId-000000000000": "7"}) == ["8"]
    [asked] = kinesis.requests("GetShardIterator")
    assert (asked["ShardIteratorType"], asked["StartingSequenceNumber"]) == ("AFTER_SEQUENCE_NUMBER", "7")


def test_if_the_stream_has_forgotten_that_it_goes_on_with_the_oldest_and_says_so(
    kinesis: Kinesis, clock: Clock
) -> None:
    kinesis.answers("GetShardIterator", refusal("InvalidArgumentException"), said(ShardIterator="the oldest"))
    kinesis.answers("GetRecords", records(9, behind=0))
    assert read(clock, {"shardId-000000000000": "7"}) == [
        "shardId-000000000000: where the run before stopped is gone: it goes on with the oldest record",
        "9",
    ]
    assert kinesis.requests("GetShardIterator")[1]["ShardIteratorType"] == "TRIM_HORIZON"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("AccessDeniedException", "the stream kube-events: kinesis:GetRecords is not allowed: m"),
        ("KMSAccessDeniedException", "the stream kube-events: kinesis:GetRecords is not allowed: m"),
        ("UnrecognizedClientException", "AWS does not accept the credentials: m"),
    ],
)
def test_a_refusal_is_said_in_a_line(kinesis: Kinesis, clock: Clock, kind: str, text: str) -> None:
    kinesis.answers("GetRecords", refusal(kind))
    with pytest.raises(AwsError) as refused:
        read(clock)
    assert str(refused.value) == text
