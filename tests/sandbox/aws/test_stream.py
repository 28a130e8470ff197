"""Kinesis on the local endpoint."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Clients = Callable[[str], Any]


def all_records(kinesis: Any, stream: str, *, limit: int) -> list[dict[str, Any]]:
    shard = kinesis.list_shards(StreamName=stream)["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    position, found = iterator["ShardIterator"], []
    while True:
        page = kinesis.get_records(ShardIterator=position, Limit=limit)
        if not page["Records"]:
            return found
        found += page["Records"]
        position = page["NextShardIterator"]


def test_a_stream_keeps_the_tags_it_was_made_with(client: Clients, name: str) -> None:
    kinesis = client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1, Tags={"team": "platform"})
    assert kinesis.list_tags_for_stream(StreamName=name)["Tags"] == [{"Key": "team", "Value": "platform"}]


def test_two_writers_at_once_lose_no_record(client: Clients, name: str) -> None:
    # GIVEN
    kinesis = client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)

    def write(writer: int) -> int:
        records = [{"Data": f"{writer}-{n}".encode(), "PartitionKey": "k"} for n in range(100)]
        return int(kinesis.put_records(StreamName=name, Records=records)["FailedRecordCount"])

    # WHEN
    with ThreadPoolExecutor(8) as pool:
        failed = list(pool.map(write, range(8)))
    # THEN
    records = all_records(kinesis, name, limit=150)
    assert failed == [0] * 8
    assert len({record["Data"] for record in records}) == 800
    numbers = [int(record["SequenceNumber"]) for record in records]
    assert numbers == sorted(set(numbers))


def test_what_is_behind_the_last_record_is_empty_and_up_to_date(client: Clients, name: str) -> None:
    kinesis = client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    shard = kinesis.list_shards(StreamName=name)["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType="LATEST")
    page = kinesis.get_records(ShardIterator=iterator["ShardIterator"])
    assert (page["Records"], page["MillisBehindLatest"]) == ([], 0)
