"""The sinks against moto's Kinesis and EventBridge, and where there is nothing to talk to."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest

from exporter.ship.errors import Misconfigured, Unavailable
from exporter.ship.event_bridge import EventBridgeSink
from exporter.ship.kinesis import KinesisSink
from exporter.ship.record import Record
from exporter.ship.sink import Sink
from tests.exporter.conftest import Refusal, StreamEndpoint, record
from tests.fixtures.aws import REGION, Aws

ACCOUNT = "123456789012"
STREAM_ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/kube-events"
BUS_ARN = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/kube-events"
EVENT = '{"record":"event","message":"übergroß 🎉"}'


@pytest.mark.parametrize("stream", ["kube-events", STREAM_ARN])
def test_records_arrive_in_a_kinesis_stream(aws: Aws, stream: str) -> None:
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="kube-events", ShardCount=1)
    sink = KinesisSink(stream, REGION)
    assert sink.describe() == f"Kinesis stream kube-events in {REGION} is ACTIVE, 1 open shards"
    # WHEN
    assert sink.send([Record("demo:u:1", "demo/ü", EVENT.encode()), record("second")]) == [None, None]
    # THEN
    iterator = kinesis.get_shard_iterator(
        StreamName="kube-events", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = kinesis.get_records(ShardIterator=iterator)["Records"]
    assert [each["Data"].decode() for each in records] == [EVENT, "second"]
    assert records[0]["PartitionKey"] == "demo/ü"


@pytest.mark.parametrize("bus", ["kube-events", BUS_ARN])
def test_records_arrive_on_an_eventbridge_bus(aws: Aws, bus: str) -> None:
    # GIVEN a bus with a rule for our source, and a queue behind it
    events = boto3.client("events")
    events.create_event_bus(Name="kube-events")
    pattern = json.dumps({"source": ["kube-events"], "detail-type": ["Kubernetes Event"]})
    events.put_rule(Name="all", EventBusName="kube-events", EventPattern=pattern)
    queue = aws.queue("events")
    queue_arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:events"
    events.put_targets(Rule="all", EventBusName="kube-events", Targets=[{"Id": "q", "Arn": queue_arn}])
    sink = EventBridgeSink(bus, REGION)
    assert sink.describe() == f"EventBridge bus kube-events in {REGION} is there"
    # WHEN
    assert sink.send([Record("demo:u:1", "key", EVENT.encode())]) == [None]
    # THEN
    (message,) = aws.messages(queue)
    assert json.loads(message)["detail"] == json.loads(EVENT)


def test_a_bus_can_tell_heartbeats_from_events(aws: Aws) -> None:
    # GIVEN a rule for each, as infra/ makes them
    events = boto3.client("events")
    events.create_event_bus(Name="kube-events")
    queues = {}
    for name, detail_type in (
        ("events", "Kubernetes Event"),
        ("beats", "Kubernetes Event Exporter Heartbeat"),
    ):
        pattern = json.dumps({"source": ["kube-events"], "detail-type": [detail_type]})
        events.put_rule(Name=name, EventBusName="kube-events", EventPattern=pattern)
        queues[name] = aws.queue(name)
        target = {"Id": "q", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"}
        events.put_targets(Rule=name, EventBusName="kube-events", Targets=[target])
    # WHEN
    beat = Record("demo:heartbeat", "key", b'{"record":"heartbeat"}', kind="heartbeat")
    assert EventBridgeSink("kube-events", REGION).send([Record("demo:u:1", "key", EVENT.encode()), beat]) == [
        None,
        None,
    ]
    # THEN
    (event,), (heartbeat,) = aws.messages(queues["events"]), aws.messages(queues["beats"])
    assert json.loads(event)["detail"] == json.loads(EVENT)
    assert json.loads(heartbeat)["detail"] == {"record": "heartbeat"}


def test_sizes_are_counted_as_the_services_do() -> None:
    kinesis, bus = KinesisSink("kube-events", REGION), EventBridgeSink("kube-events", REGION)
    each = Record("demo:u:1", "demo/ü", EVENT.encode())
    assert kinesis.size_of(each) == len(EVENT.encode()) + len("demo/ü".encode())
    assert bus.size_of(each) == len("kube-events") + len("Kubernetes Event") + len(EVENT.encode())
    beat = Record("demo:heartbeat", "key", b"{}", kind="heartbeat")
    assert bus.size_of(beat) == len("kube-events") + len("Kubernetes Event Exporter Heartbeat") + 2


@pytest.mark.parametrize("sink", [KinesisSink, EventBridgeSink])
def test_an_unknown_stream_is_named_with_its_region(aws: Aws, sink: type[Sink]) -> None:
    assert aws.endpoint
    with pytest.raises(Misconfigured, match=rf"no-such-thing in {REGION}: ResourceNotFoundException"):
        sink("no-such-thing", REGION).describe()  # type: ignore[call-arg]


@pytest.mark.parametrize("sink", [KinesisSink, EventBridgeSink])
def test_access_that_is_denied_is_said(endpoint: StreamEndpoint, sink: type[Sink]) -> None:
    endpoint.always = Refusal("AccessDeniedException", 400, "User: x is not authorized to perform: y")
    with pytest.raises(Misconfigured, match="AccessDeniedException: User: x is not authorized"):
        sink("kube-events", REGION).describe()  # type: ignore[call-arg]


@pytest.mark.parametrize("sink", [KinesisSink, EventBridgeSink])
def test_an_endpoint_that_is_not_there_is_unavailable(
    endpoint: StreamEndpoint, monkeypatch: pytest.MonkeyPatch, sink: type[Sink]
) -> None:
    assert endpoint.url
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Unavailable, match=r'Could not connect to the endpoint URL: "http://127.0.0.1:9/"'):
        sink("kube-events", REGION).send([record("r")])  # type: ignore[call-arg]


@pytest.mark.parametrize("sink", [KinesisSink, EventBridgeSink])
def test_missing_credentials_are_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sink: type[Sink]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with pytest.raises(Misconfigured, match="no AWS credentials"):
        sink("kube-events", REGION).send([record("r")])  # type: ignore[call-arg]
