"""A stream and an archive with events of the last hours, and the index function."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import jq
import pytest

from eventcore.event import Event
from eventcore.heartbeat import Heartbeat
from eventcore.identity import partition_key
from eventcore.wire import encode, encode_heartbeat
from tests.fixtures.aws import Aws
from tests.fixtures.calls import calls
from tests.fixtures.events import event, raw_event
from tests.kube_events.index_function import index_function
from tests.lambdas.index_events.conftest import deployed, index

__all__ = ["calls", "deployed", "index", "index_function"]

STREAM = "kube-events"
PARTITIONS = Path(__file__).resolve().parents[3] / "infra/modules/archive/partitions.jq"

NOW = datetime.now(UTC).replace(microsecond=0)

Payload = Event | Heartbeat | bytes


def seen(
    number: int, *, ago: timedelta = timedelta(hours=1), cluster: str = "prod-eu", **changes: Any
) -> Event:
    """An observation that was last seen so long ago."""
    time = f"{NOW - ago:%Y-%m-%dT%H:%M:%SZ}"
    metadata = raw_event()["metadata"] | {
        "uid": f"uid-{number}",
        "resourceVersion": str(number),
        "creationTimestamp": time,
        "managedFields": [{"time": time}],
    }
    return event(
        cluster=cluster,
        received_at=NOW - ago,
        metadata=metadata,
        lastTimestamp=time,
        firstTimestamp=time,
        involvedObject=raw_event()["involvedObject"] | {"uid": f"pod-{number}"},
        **changes,
    )


def data_of(payload: Payload) -> bytes:
    """As it travels."""
    if isinstance(payload, bytes):
        return payload
    return encode_heartbeat(payload) if isinstance(payload, Heartbeat) else encode(payload)


class Stream:
    """A Kinesis stream of two shards."""

    def __init__(self) -> None:
        self.client = boto3.client("kinesis")
        self.client.create_stream(StreamName=STREAM, ShardCount=2)

    def put(self, *payloads: Payload) -> None:
        """As exporters do."""
        self.client.put_records(
            StreamName=STREAM,
            Records=[
                {
                    "Data": data_of(each),
                    "PartitionKey": partition_key(each) if isinstance(each, Event) else "poison",
                }
                for each in payloads
            ],
        )

    def split(self) -> None:
        """The first open shard becomes two."""
        shard = self.client.list_shards(StreamName=STREAM)["Shards"][0]
        keys = shard["HashKeyRange"]
        middle = (int(keys["StartingHashKey"]) + int(keys["EndingHashKey"])) // 2
        self.client.split_shard(
            StreamName=STREAM, ShardToSplit=shard["ShardId"], NewStartingHashKey=str(middle)
        )


class Archive:
    """A bucket in which Firehose has put what travelled."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.bucket = aws.bucket("kube-events-archive")
        self.url = f"s3://{self.bucket}"
        self._expression = jq.compile(PARTITIONS.read_text())

    def key(self, data: bytes, number: int = 0) -> str:
        """Where Firehose puts the object with this record, by the expression that it is told."""
        try:
            keys = self._expression.input_text(data.decode()).first()
        except ValueError:
            return f"errors/processing-failed/{NOW:%Y-%m-%d}/kube-events-archive-1-{number:08}.gz"
        stamp = f"{NOW:%Y-%m-%d-%H-%M-%S}"
        return (
            f"{keys['record']}/date={keys['date']}/cluster={keys['cluster']}/"
            f"kube-events-archive-1-{stamp}-{number:08}.gz"
        )

    def put(self, *payloads: Payload, number: int = 0) -> list[str]:
        """Lines of each partition in an object; returns the keys."""
        lines: dict[str, list[bytes]] = defaultdict(list)
        for each in payloads:
            data = data_of(each)
            if (key := self.key(data, number)).startswith("errors/"):
                data = json.dumps({"errorCode": "DynamicPartitioning.MetadataExtractionFailed"}).encode()
            lines[key].append(data + b"\n")
        for key, those in lines.items():
            self.aws.s3.put_object(Bucket=self.bucket, Key=key, Body=gzip.compress(b"".join(those)))
        return sorted(lines)


@pytest.fixture
def stream(aws: Aws) -> Stream:
    """Empty."""
    return Stream()


@pytest.fixture
def archive(aws: Aws) -> Archive:
    """Empty."""
    return Archive(aws)


def ids(hits: Sequence[dict[str, Any]]) -> list[str]:
    """Of the documents."""
    return sorted(hit["_id"] for hit in hits)
