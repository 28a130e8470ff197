"""filter_events as Lambda runs it, over moto's S3, SQS and DynamoDB, by the real clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from msgspec.structs import replace
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from eventcore.event import Event
from eventcore.grouping.encoding import decode_group
from eventcore.grouping.group import GroupMember
from eventcore.queue_message import WakeUp, decode_message
from eventcore.wire import decode
from lambdas.common.aws_calls import ONE_TRY_SECONDS
from lambdas.common.config import ConfigError
from lambdas.common.settings import SettingsError
from tests.events import failed, kinesis_batch, message_id, sequence_number, sqs_batch
from tests.fixtures.aws import Aws, Handler, LambdaContext
from tests.fixtures.events import event as recorded_event
from tests.fixtures.events import heartbeat
from tests.fixtures.state_table import TABLE, create_table
from tests.lambdas.metrics import emitted, emitted_by
from tests.lambdas.rules import compiled

ROUTES = {
    "receiver": "ops-mail",
    "group_by": ["reason"],
    "group_wait": "0s",
    "routes": [
        {"match": {"severity": ["critical"]}, "receivers": ["sre-chime", "sre-dingtalk"], "continue": True},
        {"match": {"severity": ["critical", "high", "medium"]}, "receiver": "ops-mail"},
        {"receiver": "nobody-reads"},
    ],
}
RULES = {
    "drop": [{"reason": ["LeaderElection"]}],
    "severity": [
        {"match": {"reason": ["BackOff"], "count": [{"numeric": [">", 100]}]}, "severity": "critical"}
    ],
    "route": ROUTES,
}
RECEIVERS = ("ops-mail", "sre-chime", "sre-dingtalk", "nobody-reads")


def event(**changes: Any) -> Event:
    """One that has just happened."""
    now = datetime.now(UTC)
    return replace(recorded_event(**changes), last_seen=now, received_at=now, written_at=now)


class Deployed:
    """The function with its bucket, table and queues."""

    def __init__(self, aws: Aws, cold_start: Callable[[str, Mapping[str, str]], Handler]) -> None:
        self.aws = aws
        self.cold_start = cold_start
        self.bucket = aws.bucket()
        self.queues = {name: aws.queue(f"kube-events-receiver-{name}") for name in RECEIVERS}
        self.dynamodb = boto3.client("dynamodb")
        create_table(self.dynamodb)

    def start(self, *, rules: bytes | None = None, receivers: Any = None, **environment: str) -> Handler:
        return self.cold_start(
            "filter_events",
            {
                "CONFIG_BUCKET": self.bucket,
                "DEAD_LETTERS_BUCKET": self.bucket,
                "STATE_TABLE": TABLE,
                "RULES_KEY": self.aws.configuration(self.bucket, "rules", rules or compiled(**RULES)),
                "RECEIVERS_KEY": self.aws.configuration(
                    self.bucket, "receivers", json.dumps(receivers or self.receivers()).encode()
                ),
                **environment,
            },
        )

    def receivers(self, **queues: str) -> dict[str, Any]:
        return {
            "version": 1,
            "receivers": {
                name: {
                    "type": "sns",
                    "topic_arn": "arn:aws:sns:eu-central-1:123456789012:ops",
                    "queue_url": queue_url,
                    "queue_arn": f"arn:aws:sqs:eu-central-1:123456789012:{name}",
                    "dead_letter_queue_url": f"{queue_url}-dead",
                }
                for name, queue_url in (self.queues | queues).items()
            },
        }

    def timers(self, receiver: str) -> list[WakeUp]:
        """Wake-ups in the receiver's queue. They are taken out."""
        messages = [decode_message(body) for body in self.aws.messages(self.queues[receiver])]
        assert all(isinstance(message, WakeUp) for message in messages)
        return messages  # type: ignore[return-value]

    def members(self, receiver: str) -> list[GroupMember]:
        """Of all groups of the receiver, in the order of their reasons."""
        groups = [decode_group(item["state"]["B"]) for item in self.dynamodb.scan(TableName=TABLE)["Items"]]
        members = [
            member
            for group in groups
            if group.route.receiver == receiver
            for member in group.members.values()
        ]
        return sorted(members, key=lambda member: member.reason)

    def dead_letters(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.aws.objects(self.bucket, "dead-letters/").values()]


def just_arrived(batch: dict[str, Any]) -> dict[str, Any]:
    """The same records, taken by the stream or the queue a moment ago."""
    now = datetime.now(UTC).timestamp()
    for record in batch["Records"]:
        if "kinesis" in record:
            record["kinesis"]["approximateArrivalTimestamp"] = now
        else:
            record["attributes"]["SentTimestamp"] = str(int(now * 1000))
    return batch


@pytest.fixture
def deployed(aws: Aws, cold_start: Any) -> Deployed:
    return Deployed(aws, cold_start)


@pytest.mark.parametrize("batch_of", [kinesis_batch, sqs_batch])
def test_each_receiver_of_a_matched_route_has_a_group_and_a_timer(deployed: Deployed, batch_of: Any) -> None:
    # GIVEN an event that the rules make critical, and one that is medium
    handler = deployed.start()
    # WHEN
    response = handler(batch_of(event(count=101), event(reason="Unhealthy")), LambdaContext())
    # THEN
    assert failed(response) == []
    for receiver in ("sre-chime", "sre-dingtalk"):
        assert [member.severity for member in deployed.members(receiver)] == ["critical"]
        assert len(deployed.timers(receiver)) == 1
    assert [member.severity for member in deployed.members("ops-mail")] == ["critical", "medium"]
    assert len(deployed.timers("ops-mail")) == 2
    assert deployed.members("nobody-reads") == deployed.timers("nobody-reads") == []


def test_a_dropped_event_is_counted_and_told_to_nobody(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = deployed.start()
    assert failed(handler(kinesis_batch(event(reason="LeaderElection"), event()), LambdaContext())) == []
    metrics = emitted(capsys)
    assert (metrics["EventsDropped"], metrics["EventsGrouped"]) == (1, 1)
    assert [member.reason for member in deployed.members("ops-mail")] == ["BackOff"]


@pytest.mark.parametrize("batch_of", [kinesis_batch, sqs_batch])
def test_a_heartbeat_is_counted_for_its_cluster_and_told_to_nobody(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], batch_of: Any
) -> None:
    handler = deployed.start()
    capsys.readouterr()
    batch = just_arrived(batch_of(heartbeat("prod-eu"), event(), heartbeat("prod-eu", probe=True)))
    # WHEN
    assert failed(handler(batch, LambdaContext())) == []
    # THEN
    assert emitted_by("cluster", capsys, "ExporterHeartbeat") == {"prod-eu": 1}
    assert len(deployed.timers("ops-mail")) == 1
    assert deployed.dead_letters() == []


def test_a_heartbeat_counts_as_no_event(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    handler = deployed.start()
    assert failed(handler(just_arrived(kinesis_batch(heartbeat())), LambdaContext())) == []
    metrics = emitted(capsys)
    assert (metrics["EventsDropped"], metrics["EventsGrouped"]) == (0, 0)
    assert metrics["ExporterHeartbeat"] == 1


def test_a_redelivered_event_changes_nothing(deployed: Deployed) -> None:
    handler = deployed.start()
    batch = kinesis_batch(event())
    handler(batch, LambdaContext())
    handler(batch, LambdaContext())
    assert len(deployed.timers("ops-mail")) == 1


def test_poison_is_set_aside_and_does_not_stop_the_others(deployed: Deployed) -> None:
    handler = deployed.start()
    response = handler(kinesis_batch(event(), b"{", event(reason="Unhealthy")), LambdaContext())
    assert failed(response) == []
    assert len(deployed.timers("ops-mail")) == 2
    [letter] = deployed.dead_letters()
    assert letter["payload"] == "{"
    assert letter["function"] == "filter_events"
    assert "not a kube-events record" in letter["reason"]


def test_poison_is_set_aside_even_while_the_queues_hang(deployed: Deployed, httpserver: HTTPServer) -> None:
    # GIVEN an SQS that takes all the time that a call may take, and then fails
    context = LambdaContext(22)

    def hang(_: Request) -> Response:
        context.seconds -= ONE_TRY_SECONDS
        return Response('{"__type": "InternalError"}', status=500)

    httpserver.expect_request("/").respond_with_handler(hang)
    handler = deployed.start(AWS_ENDPOINT_URL_SQS=httpserver.url_for("/"))
    # WHEN
    response = handler(sqs_batch(event(), b"poison"), context)
    # THEN
    assert failed(response) == [message_id(0)]
    assert [letter["payload"] for letter in deployed.dead_letters()] == ["poison"]
    assert context.get_remaining_time_in_millis() > ONE_TRY_SECONDS * 1000


def test_poison_that_cannot_be_set_aside_comes_again(deployed: Deployed) -> None:
    handler = deployed.start(DEAD_LETTERS_BUCKET="not-there")
    response = handler(sqs_batch(event(), b"poison"), LambdaContext())
    assert failed(response) == [message_id(1)]
    assert len(deployed.timers("ops-mail")) == 1


def test_a_queue_that_is_missing_fails_only_what_it_was_to_get(deployed: Deployed) -> None:
    # GIVEN a queue that somebody deleted
    deployed.aws.sqs.delete_queue(QueueUrl=deployed.queues["sre-chime"])
    handler = deployed.start()
    # WHEN
    response = handler(kinesis_batch(event(), event(count=101)), LambdaContext())
    # THEN
    assert failed(response) == [sequence_number(1)]
    assert len(deployed.timers("ops-mail")) == len(deployed.timers("sre-dingtalk")) == 1
    assert deployed.members("sre-chime") == []


def test_text_that_is_no_xml_is_kept(deployed: Deployed) -> None:
    handler = deployed.start()
    assert failed(handler(kinesis_batch(event(message="a\x00b\uffff")), LambdaContext())) == []
    [member] = deployed.members("ops-mail")
    assert member.message == event(message="a\x00b\uffff").message


def test_a_receiver_that_the_rules_name_and_nobody_made_stops_the_start(deployed: Deployed) -> None:
    receivers = deployed.receivers()
    del receivers["receivers"]["sre-chime"]
    with pytest.raises(
        ConfigError, match=r"the rules name unknown receivers: sre-chime .known: nobody-reads, ops"
    ):
        deployed.start(receivers=receivers)


def test_rules_of_another_release_stop_the_start(deployed: Deployed) -> None:
    with pytest.raises(ConfigError, match=r"s3://kube-events-config/rules/.*compiled version 99"):
        deployed.start(rules=b'{"compiledVersion": 99}')


def test_a_missing_variable_stops_the_start(deployed: Deployed) -> None:
    with pytest.raises(
        SettingsError, match="DEAD_LETTERS_BUCKET is not set: it must be the name of an S3 bucket"
    ):
        deployed.start(DEAD_LETTERS_BUCKET="")


def test_an_event_whose_wake_ups_are_refused_is_set_aside_once_as_its_record(
    deployed: Deployed, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a queue service that refuses what it is given
    def refuse(request: Request) -> Response:
        entries = request.get_json(force=True)["Entries"]
        failures = [
            {"Id": entry["Id"], "Code": "InvalidMessageContents", "SenderFault": True} for entry in entries
        ]
        return Response(json.dumps({"Successful": [], "Failed": failures}))

    httpserver.expect_request("/", method="POST").respond_with_handler(refuse)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", httpserver.url_for("/"))
    handler = deployed.start()
    # WHEN an event for three receivers comes
    told = event(count=101)
    assert failed(handler(kinesis_batch(told), LambdaContext())) == []
    # THEN the dead letter is the record, which can be put back on the stream, and names the three groups
    [letter] = deployed.dead_letters()
    assert decode(letter["payload"]) == told
    assert letter["reason"].count("InvalidMessageContents") == 3
    # AND no group has a timer that nobody has
    assert deployed.members("ops-mail") == []
