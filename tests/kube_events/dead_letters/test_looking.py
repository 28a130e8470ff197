"""`kube-events dead-letters list` and `show`."""

from __future__ import annotations

import json

import pytest

from eventcore.wire import encode
from tests.events import kinesis_batch
from tests.fixtures.events import event
from tests.kube_events.dead_letters.conftest import Moves, letter, set_aside, told, waiting
from tests.kube_events.deployed import ACCOUNT, BUCKET, Deployed, Run

FAILURE = "aws/lambda/0b1d/shardId-000000000000/2026/11/20/2026-11-20T13.05.00-6e2c"


def lambda_failure(
    deployed: Deployed, *, function: str = "kube-events-index-events", key: str = FAILURE
) -> None:
    """As Lambda writes it: the event is JSON in a string."""
    record = {
        "requestContext": {
            "requestId": "c9b8fa9f-5a7f-4f1d-af9c-0c604cde93a5",
            "functionArn": f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:{function}",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 41,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2026-11-20T13:05:00.021Z",
        "KinesisBatchInfo": {"shardId": "shardId-000000000000", "batchSize": 2},
        "payload": json.dumps(kinesis_batch(event(), event())),
    }
    deployed.aws.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(record).encode())


@pytest.fixture
def everywhere(deployed: Deployed) -> Deployed:
    """Something in each place."""
    sre = deployed.add_receiver("sre-dingtalk")
    deployed.add_receiver("ops-mail")
    set_aside(deployed, sre, told(1))
    set_aside(deployed, sre, told(2))
    set_aside(deployed, sre, told(3), "expired", "not delivered by then: the channel asked to slow down")
    # what SQS itself has moved says nothing
    deployed.aws.sqs.send_message(QueueUrl=deployed.dead(sre), MessageBody=told(4))
    envelope = json.dumps({"detail-type": "Kubernetes Event", "detail": json.loads(encode(event()))})
    filter_ = deployed.add_function_queue("filter-events")
    deployed.aws.sqs.send_message(
        QueueUrl=deployed.dead(filter_),
        MessageBody=envelope,
        MessageAttributes={
            "ERROR_CODE": {"DataType": "String", "StringValue": "NO_PERMISSIONS"},
            "ERROR_MESSAGE": {"DataType": "String", "StringValue": "The queue refused it"},
        },
    )
    deployed.aws.queue("kube-events-archive-dead")
    deployed.aws.sqs.send_message(
        QueueUrl=deployed.aws.queue("kube-events-archive-dead"), MessageBody=envelope
    )
    letter(deployed, 1, b"poison")
    letter(deployed, 2, b"\xff\xfe", reason="not UTF-8")
    lambda_failure(deployed)
    return deployed


def test_the_list_says_how_many_of_which_kind_there_are_in_every_place(
    everywhere: Deployed, run: Run
) -> None:
    said = run("dead-letters", "list")
    assert (said.code, said.err) == (0, "")
    assert [line.split()[:4] for line in said.lines] == [
        ["PLACE", "OF", "CODE", "COUNT"],
        ["archive-queue", "archive", "received-too-often", "1"],
        ["function-queue", "filter_events", "NO_PERMISSIONS", "1"],
        ["lambda-failures", "index_events", "RetryAttemptsExhausted", "1"],
        ["receiver-queue", "sre-dingtalk", "310000", "2"],
        ["receiver-queue", "sre-dingtalk", "expired", "1"],
        ["receiver-queue", "sre-dingtalk", "received-too-often", "1"],
        ["set-aside", "filter_events", "-", "2"],
    ]


def test_to_look_takes_nothing_away(everywhere: Deployed, run: Run) -> None:
    url = everywhere.dead(everywhere.aws.queue("kube-events-receiver-sre-dingtalk"))
    before = waiting(everywhere.aws, url)
    run("dead-letters", "list")
    # THEN all are there, and nobody has to wait for them
    after = waiting(everywhere.aws, url)
    assert len(after) == 4
    assert {each["MessageId"]: each["Body"] for each in after} == {
        each["MessageId"]: each["Body"] for each in before
    }


CONDITIONS = {
    "--receiver sre-dingtalk": 4,
    "--receiver ops-mail": 0,
    "--receiver sre-dingtalk --code 310000": 2,
    "--code 310000 --code expired": 3,
    "--function filter_events": 3,
    "--function index_events": 1,
    "--function filter_events --receiver sre-dingtalk": 7,
    "--function filter_events --place set-aside": 2,
    "--place receiver-queue --place archive-queue": 5,
    "--reason UTF-8": 1,
    "--older-than 1h": 0,
    "--newer-than 1h": 9,
    "--newer-than 1h --older-than 1h": 0,
}


def test_conditions_have_to_hold_all_of_them(everywhere: Deployed, run: Run) -> None:
    # One deployment for all of them: to look changes nothing.
    found = {
        each: json.loads(run("dead-letters", "list", "--json", *each.split()).out) for each in CONDITIONS
    }
    assert {each: len(letters) for each, letters in found.items()} == CONDITIONS


def test_each_is_listed_with_what_it_is_about(everywhere: Deployed, run: Run) -> None:
    listed = run("dead-letters", "list", "--all").out
    assert "BackOff: Pod shop/web-1" in listed
    assert "not delivered by then: the channel asked to slow down" in listed
    assert "The queue refused it" in listed
    assert "Lambda gave the batch up after 41 invocations" in listed
    reasons = {each["subject"] for each in json.loads(run("dead-letters", "list", "--json").out)}
    assert any(one.endswith("(prod-eu)") for one in reasons)


def test_one_is_shown_with_its_payload(everywhere: Deployed, run: Run) -> None:
    letters = json.loads(run("dead-letters", "list", "--json").out)
    of_receiver = next(each for each in letters if each["code"] == "expired")
    said = run("dead-letters", "show", of_receiver["id"], "--json")
    assert json.loads(said.out)["payload"]["notification"]["id"] == "notification-3"
    of_function = next(each for each in letters if each["subject"] == "poison")
    said = run("dead-letters", "show", of_function["id"])
    assert said.lines[-1] == "poison"
    assert f"id:      {of_function['id']}" in said.lines
    shown = json.loads(run("dead-letters", "show", FAILURE, "--json").out)
    assert len(shown["payload"]["Records"]) == 2


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("nothing", "nothing: no dead letter has this id"),
        ("rules/1.json", "expected a key under dead-letters/ or aws/lambda/"),
        ("dead-letters/filter_events/2026/11/20/1.json", "there is no such object"),
    ],
)
def test_one_that_is_not_there_is_named(deployed: Deployed, run: Run, id_: str, said: str) -> None:
    answer = run("dead-letters", "show", id_)
    assert answer.code == 1
    assert said in answer.err


def test_what_somebody_else_reads_at_the_moment_is_not_hidden_in_silence(
    everywhere: Deployed, run: Run
) -> None:
    url = everywhere.dead(everywhere.aws.queue("kube-events-receiver-sre-dingtalk"))
    everywhere.aws.sqs.receive_message(QueueUrl=url, VisibilityTimeout=60)
    said = run("dead-letters", "list", "--receiver", "sre-dingtalk")
    assert "about 1 more are hidden just now" in said.err


def test_nothing_is_said_to_be_nothing(deployed: Deployed, run: Run) -> None:
    said = run("dead-letters", "list")
    assert (said.code, said.out, said.err) == (0, "", "no dead letters\n")


def test_a_receiver_that_does_not_exist_is_named_with_the_nearest(everywhere: Deployed, run: Run) -> None:
    said = run("dead-letters", "list", "--receiver", "sre-dingtlak")
    assert said.code == 1
    assert "expected one of ops-mail, sre-dingtalk; did you mean sre-dingtalk?" in said.err


def test_a_receiver_may_itself_be_called_dead(deployed: Deployed, run: Run) -> None:
    set_aside(deployed, deployed.add_receiver("walking-dead"), told(1))
    assert json.loads(run("dead-letters", "list", "--json").out)[0]["owner"] == "walking-dead"


def test_a_deployment_that_does_not_exist_is_not_taken_for_one_without_dead_letters(
    deployed: Deployed, run: Run
) -> None:
    said = run("dead-letters", "list", "--name", "another")
    assert said.code == 1
    assert f"the bucket another-{ACCOUNT}-eu-central-1: not found" in said.err


def test_a_missing_permission_is_named(everywhere: Deployed, moves: Moves, run: Run) -> None:
    moves.refuses["ReceiveMessage"] = ("AccessDenied", 1)
    said = run("dead-letters", "list")
    assert said.code == 1
    assert "sqs:ReceiveMessage is not allowed" in said.err


def test_what_others_wrote_does_not_steer_the_terminal(deployed: Deployed, run: Run) -> None:
    url = deployed.add_receiver("sre")
    id_ = set_aside(deployed, url, "\x1b[2J".encode("unicode_escape").decode(), "poison", "x")
    letter(deployed, 1, b"\x1b[2J", reason="\x1b[31m")
    for arguments in (["list", "--all"], ["list", "--json"], ["show", id_]):
        assert "\x1b" not in run("dead-letters", *arguments).out


def test_thousands_of_brackets_are_shown_as_they_are(deployed: Deployed, run: Run) -> None:
    # GIVEN what nobody can decode, in every place
    deep = "[" * 5000
    in_queue = set_aside(deployed, deployed.add_receiver("sre"), deep)
    set_aside(deployed, deployed.add_function_queue("index-events"), '{"detail":' + deep)
    letter(deployed, 1, deep.encode())
    failure = {"requestContext": {"condition": "RetryAttemptsExhausted"}, "payload": deep}
    deployed.aws.s3.put_object(Bucket=BUCKET, Key=FAILURE, Body=json.dumps(failure).encode())
    # WHEN
    listed = run("dead-letters", "list", "--json")
    shown = run("dead-letters", "show", in_queue)
    # THEN
    assert (listed.code, len(json.loads(listed.out))) == (0, 4)
    assert deep in shown.out


def test_ages_are_durations(deployed: Deployed, run: Run) -> None:
    with pytest.raises(SystemExit):
        run("dead-letters", "list", "--older-than", "yesterday")


def test_a_message_of_another_kind_is_described(deployed: Deployed, run: Run) -> None:
    url = deployed.add_receiver("sre")
    body = json.dumps({"message": "wake-up", "key": "group#sre#1", "generation": 2, "due": 1.5})
    set_aside(deployed, url, body)
    assert "timer of group#sre#1" in run("dead-letters", "list", "--all").out
