"""`kube-events dead-letters redrive` of queues."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from eventcore.queue_message import NotificationMessage, decode_message
from eventcore.wire import encode
from kube_events.dead_letters.account import Account
from kube_events.dead_letters.move import Move
from kube_events.deployment import Deployment
from kube_events.errors import CommandError
from kube_events.progress import Progress
from lambdas.common.receivers import DingTalkReceiver
from sandbox.receivers import ReceiverServer
from tests.fixtures.aws import REGION, Aws
from tests.fixtures.events import event
from tests.fixtures.receivers import chats, clock, notification
from tests.kube_events.dead_letters.conftest import Moves, set_aside, told, waiting
from tests.kube_events.deployed import ACCOUNT, Deployed, Run
from tests.lambdas.notify.conftest import stage
from tests.lambdas.notify.stage import Stage

__all__ = ["chats", "clock", "stage"]

REDRIVE = ("dead-letters", "redrive", "--rate", "1000")
SOURCE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:kube-events-receiver-sre-dead"


def bodies(aws: Aws, url: str) -> list[str]:
    return sorted(each["Body"] for each in waiting(aws, url))


def test_a_message_goes_back_with_its_attributes_and_is_gone_from_the_dead_letters(
    deployed: Deployed, run: Run
) -> None:
    # GIVEN two refused messages and one that nobody asks for
    url, body = deployed.add_receiver("sre"), told(1)
    set_aside(deployed, url, body)
    set_aside(deployed, url, told(2), "poison")
    # WHEN
    said = run(*REDRIVE, "--receiver", "sre", "--code", "310000")
    # THEN
    assert (said.code, said.lines) == (0, ["1 dead letters put back"])
    (back,) = waiting(deployed.aws, url)
    assert back["Body"] == body
    assert {name: value["StringValue"] for name, value in back["MessageAttributes"].items()} == {
        "code": "310000",
        "reason": "keywords",
    }
    # AND the other one is where it was, for everybody to see
    (left,) = waiting(deployed.aws, deployed.dead(url))
    assert left["MessageAttributes"]["code"]["StringValue"] == "poison"


def test_what_has_expired_gets_a_new_day_and_what_has_time_keeps_it(deployed: Deployed, run: Run) -> None:
    url = deployed.add_receiver("sre")
    set_aside(deployed, url, told(1, left=-timedelta(hours=3)), "expired")
    set_aside(deployed, url, told(2, left=timedelta(hours=5)))
    # WHEN
    said = run(*REDRIVE, "--receiver", "sre")
    # THEN
    assert "2 put back, 1 of them with a new deliverBy" in said.err
    messages = [decode_message(body) for body in bodies(deployed.aws, url)]
    left = {}
    for message in messages:
        assert isinstance(message, NotificationMessage)
        assert message.attempt == 3  # by which the ledger knows it as the newest copy
        left[message.notification.id] = message.deliver_by - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < left["notification-1"] <= timedelta(hours=24)
    assert left["notification-2"] < timedelta(hours=5)


def test_only_those_that_are_named(deployed: Deployed, run: Run) -> None:
    url = deployed.add_receiver("sre")
    ids = [set_aside(deployed, url, told(number)) for number in range(3)]
    said = run(*REDRIVE, ids[1], "another")
    assert (said.code, said.lines) == (1, ["1 dead letters put back"])
    assert "not found: another" in said.err
    assert bodies(deployed.aws, url) != []
    assert len(waiting(deployed.aws, deployed.dead(url))) == 2


def test_nothing_is_redriven_without_a_condition(deployed: Deployed, run: Run) -> None:
    url = deployed.add_receiver("sre")
    set_aside(deployed, url, told(1))
    said = run(*REDRIVE)
    assert said.code == 2
    assert "expected a condition, such as --receiver NAME, or an id; or --everything" in said.err
    assert run(*REDRIVE, "--everything").lines == ["1 dead letters put back"]


def test_what_somebody_else_reads_at_the_moment_stays_and_is_told(deployed: Deployed, run: Run) -> None:
    url = deployed.add_receiver("sre")
    set_aside(deployed, url, told(1))
    deployed.aws.sqs.receive_message(QueueUrl=deployed.dead(url), VisibilityTimeout=60)
    said = run(*REDRIVE, "--receiver", "sre")
    assert said.lines == ["0 dead letters put back"]
    assert "kube-events-receiver-sre-dead: about 1 are hidden just now and stay: run it again" in said.err


def test_a_dry_run_changes_nothing(deployed: Deployed, run: Run) -> None:
    url = deployed.add_receiver("sre")
    set_aside(deployed, url, told(1))
    set_aside(deployed, url, told(2, left=timedelta()), "expired")
    said = run(*REDRIVE, "--receiver", "sre", "--dry-run")
    assert (said.code, said.lines) == (0, ["2 dead letters would be put back"])
    assert "2 would be put back, 1 of them with a new deliverBy" in said.err
    assert (len(waiting(deployed.aws, url)), len(waiting(deployed.aws, deployed.dead(url)))) == (0, 2)


def test_more_than_one_answer_of_sqs_goes_back(deployed: Deployed, run: Run) -> None:
    url = deployed.add_receiver("sre")
    for number in range(25):
        set_aside(deployed, url, told(number), "expired" if number % 2 else "310000")
    assert run(*REDRIVE, "--code", "expired").lines == ["12 dead letters put back"]
    assert (len(waiting(deployed.aws, url)), len(waiting(deployed.aws, deployed.dead(url)))) == (12, 13)


def test_what_is_refused_again_meanwhile_waits_for_the_next_time(
    deployed: Deployed, moves: Moves, run: Run
) -> None:
    # GIVEN a message that, by SQS' clock, was set aside after the redrive began
    url = deployed.add_receiver("sre")
    set_aside(deployed, url, told(1))
    moves.later = timedelta(hours=1)
    # WHEN / THEN
    assert run(*REDRIVE, "--code", "310000").lines == ["0 dead letters put back"]
    moves.later = timedelta()
    assert run(*REDRIVE, "--code", "310000").lines == ["1 dead letters put back"]


def test_twice_put_back_is_told_once(
    stage: Stage, chats: ReceiverServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a message that a robot refused, and notify set aside
    name = "kube-events-receiver-sre"
    stage.clock.now = datetime.now(UTC).timestamp()
    stage.add_dingtalk(name, {"url": chats.add_robot("sre", keywords=("another",))})
    stage.send(name, notification(receiver=name))
    stage.run()
    assert len(stage.dead_letters(name)) == 1
    receiver = stage.receivers[name]
    assert isinstance(receiver, DingTalkReceiver)
    stage.secrets.put_secret_value(
        SecretId=receiver.secret_arn, SecretString=json.dumps({"url": chats.add_robot("sre")})
    )
    stage.clock.advance(600)
    with Moves(boto3.client("sqs").meta.endpoint_url) as moves:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", moves.url)
        # WHEN the command may not delete: the message is now in both queues
        moves.refuses["DeleteMessage"] = ("AccessDenied", 1)
        said = run(*REDRIVE, "--receiver", "sre", "--code", "310000")
        assert said.code == 1
        assert "sqs:DeleteMessage is not allowed" in said.err
        # AND it is run again
        assert run(*REDRIVE, "--receiver", "sre", "--code", "310000").lines == ["1 dead letters put back"]
    stage.run()
    # THEN
    assert len(chats.accepted("sre")) == 1
    assert stage.dead_letters(name) == []


def test_an_interrupted_run_hides_nothing_and_says_how_far_it_came(
    deployed: Deployed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN somebody who presses Ctrl-C when the second of three is deleted
    url = deployed.add_receiver("sre")
    for number in range(3):
        set_aside(deployed, url, told(number))
    deleted = iter([False, True])

    def press(**_: object) -> None:
        if next(deleted, False):
            raise KeyboardInterrupt

    original = boto3.Session.__init__

    def listening(self: boto3.Session, *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **options)
        self.events.register("before-call.sqs.DeleteMessage", press)

    monkeypatch.setattr(boto3.Session, "__init__", listening)
    # WHEN
    said = run(*REDRIVE, "--code", "310000")
    # THEN the second is in both queues, and nobody has to wait for what is left
    assert said.code == 130
    assert "kube-events-receiver-sre-dead: 1 put back" in said.err
    assert (len(waiting(deployed.aws, url)), len(waiting(deployed.aws, deployed.dead(url)))) == (2, 2)
    # AND the next run does the rest
    assert run(*REDRIVE, "--code", "310000").lines == ["2 dead letters put back"]


# ------------------------------------------------------------------ by SQS itself


def test_a_whole_queue_is_moved_by_sqs(deployed: Deployed, moves: Moves, run: Run) -> None:
    url = deployed.add_receiver("sre")
    for number in range(3):
        set_aside(deployed, url, told(number))
    # WHEN
    said = run("dead-letters", "redrive", "--receiver", "sre", "--rate", "600")
    # THEN
    assert (said.code, said.lines) == (0, ["3 dead letters put back"])
    assert moves.asked == [
        {
            "SourceArn": SOURCE,
            # SQS does not know where a message came from that was sent there directly.
            "DestinationArn": SOURCE.removesuffix("-dead"),
            "MaxNumberOfMessagesPerSecond": 500,
        }
    ]
    assert len(waiting(deployed.aws, url)) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["--receiver", "sre", "--code", "310000"],
        ["--receiver", "sre", "--newer-than", "1h"],
        ["--receiver", "sre", "--rate", "0.5"],
    ],
)
def test_sqs_does_not_move_where_only_some_are_wanted_or_slowly(
    deployed: Deployed, moves: Moves, run: Run, arguments: list[str]
) -> None:
    set_aside(deployed, deployed.add_receiver("sre"), told(1))
    assert run("dead-letters", "redrive", *arguments).lines == ["1 dead letters put back"]
    assert moves.asked == []


def test_sqs_does_not_move_what_needs_a_new_time(deployed: Deployed, moves: Moves, run: Run) -> None:
    url = deployed.add_receiver("sre")
    set_aside(deployed, url, told(1))
    set_aside(deployed, url, told(2, left=timedelta(minutes=10)))
    assert run(*REDRIVE, "--receiver", "sre").lines == ["2 dead letters put back"]
    assert moves.asked == []


def test_where_sqs_cannot_move_messages_go_back_one_by_one(deployed: Deployed, run: Run) -> None:
    # GIVEN moto's SQS, which knows no such task
    url = deployed.add_function_queue("index-events")
    envelope = json.dumps({"detail": json.loads(encode(event()))})
    deployed.aws.sqs.send_message(QueueUrl=deployed.dead(url), MessageBody=envelope)
    said = run(*REDRIVE, "--function", "index_events")
    assert (said.code, said.lines) == (0, ["1 dead letters put back"])
    assert "message by message" in said.err
    assert bodies(deployed.aws, url) == [envelope]


def move(deployed: Deployed, moves: Moves, said: list[str], slept: list[float]) -> Move:
    return Move(
        Deployment(boto3.Session()),
        source=SOURCE,
        destination=SOURCE.removesuffix("-dead"),
        sleep=slept.append,
        say=said.append,
    )


def test_a_move_is_followed_until_it_is_over(deployed: Deployed, moves: Moves) -> None:
    url = deployed.add_receiver("sre")
    for number in range(5):
        set_aside(deployed, url, told(number))
    moves.per_look, slept, account = 2, list[float](), Account("queue")
    move(deployed, moves, [], slept).run(account, per_second=10, progress=Progress("queue"))
    assert (account.back, slept) == (5, [1.0, 1.0])


def test_a_move_that_runs_already_is_followed_and_no_other_begun(deployed: Deployed, moves: Moves) -> None:
    url, said, account = deployed.add_receiver("sre"), list[str](), Account("queue")
    set_aside(deployed, url, told(1))
    moves.begin(SOURCE, SOURCE.removesuffix("-dead"))
    moves.per_look = 0
    runner = move(deployed, moves, said, [])
    runner._sleep = lambda _: setattr(moves, "per_look", 10)
    runner.run(account, per_second=10, progress=Progress("queue"))
    assert (account.back, moves.asked) == (1, [])
    assert "a move that began earlier goes on" in said[0]


def test_an_earlier_move_is_not_taken_for_ours(deployed: Deployed, moves: Moves) -> None:
    # GIVEN one that is over, and a list that is late
    url, account = deployed.add_receiver("sre"), Account("queue")
    moves.begin(SOURCE, SOURCE.removesuffix("-dead"))
    moves.tasks[0] |= {"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 99}
    moves.lists_late = True
    set_aside(deployed, url, told(1))
    # WHEN
    move(deployed, moves, [], []).run(account, per_second=10, progress=Progress("queue"))
    # THEN
    assert account.back == 1


def test_a_move_that_is_interrupted_is_cancelled(deployed: Deployed, moves: Moves) -> None:
    url = deployed.add_receiver("sre")
    set_aside(deployed, url, told(1))
    moves.per_look = 0

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    runner = move(deployed, moves, [], [])
    runner._sleep = interrupt
    with pytest.raises(KeyboardInterrupt):
        runner.run(Account("queue"), per_second=10, progress=Progress("queue"))
    assert moves.cancelled == ["handle-1"]


def test_a_move_that_fails_says_why(deployed: Deployed, moves: Moves) -> None:
    deployed.add_receiver("sre")
    moves.fails = "AccessDenied"
    with pytest.raises(CommandError, match="0 moved, then FAILED: AccessDenied"):
        move(deployed, moves, [], []).run(Account("queue"), per_second=10, progress=Progress("queue"))


def test_a_move_that_may_not_be_begun_names_the_permission(
    deployed: Deployed, moves: Moves, run: Run
) -> None:
    set_aside(deployed, deployed.add_receiver("sre"), told(1))
    moves.refuses["StartMessageMoveTask"] = ("AccessDenied", 1)
    said = run(*REDRIVE, "--receiver", "sre")
    assert said.code == 1
    assert "sqs:StartMessageMoveTask is not allowed" in said.err


# ------------------------------------------------------------------ of the archive


def test_what_firehose_did_not_get_goes_there_as_the_bus_would_have_put_it(
    deployed: Deployed, run: Run
) -> None:
    # GIVEN a delivery stream, and two messages of which one is none
    archive = deployed.aws.bucket("archive")
    boto3.client("firehose").create_delivery_stream(
        DeliveryStreamName="kube-events-archive",
        ExtendedS3DestinationConfiguration={
            "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/archive",
            "BucketARN": f"arn:aws:s3:::{archive}",
            "CompressionFormat": "GZIP",
        },
    )
    dead = deployed.aws.queue("kube-events-archive-dead")
    for body in (json.dumps({"detail": json.loads(encode(event()))}), "{}"):
        deployed.aws.sqs.send_message(QueueUrl=dead, MessageBody=body)
    # WHEN
    said = run(*REDRIVE, "--place", "archive-queue")
    # THEN
    assert (said.code, said.lines) == (1, ["1 dead letters put back"])
    assert "1 stayed: no EventBridge event with a `detail`" in said.err
    (stored,) = deployed.aws.objects(archive).values()
    data = gzip.decompress(stored) if stored.startswith(b"\x1f\x8b") else stored
    assert json.loads(data) == json.loads(encode(event()))
    assert bodies(deployed.aws, dead) == ["{}"]
