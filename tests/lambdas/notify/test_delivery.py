"""From a receiver's queue to its people: told once, later, or set aside; nothing in between."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from eventcore.notification import Notification
from eventcore.queue_message import NotificationMessage, WakeUp, decode_message, encode_message
from lambdas.common.aws_calls import ONE_TRY_SECONDS
from lambdas.common.observability import metrics
from lambdas.notify.ledger import Ledger
from lambdas.notify.webhook import TRY_SECONDS
from sandbox.receivers import ReceiverServer
from tests.fixtures.receivers import Clock, notification
from tests.fixtures.state_table import TABLE, create_table
from tests.lambdas.notify.stage import Stage


def counted(metric: str) -> float:
    """What the function has counted under this name since the test began."""
    return sum(metrics.metric_set[metric]["Value"]) if metric in metrics.metric_set else 0


def test_a_notification_reaches_the_chat_once(stage: Stage, chats: ReceiverServer) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre", secret="SECfoo"), "secret": "SECfoo"})
    # WHEN it is there twice, as SQS and filter_events may have it
    stage.send("sre")
    stage.send("sre")
    stage.run()
    # THEN
    assert [message.title for message in chats.accepted("sre")] == [
        "CRITICAL · BackOff: Pod shop/web-1 (prod-eu)"
    ]
    assert not stage.dead_letters("sre")
    assert (counted("Delivered"), counted("Duplicates")) == (1, 1)
    (record,) = stage.records("delivery#")
    assert record["pk"] == {"S": "delivery#sre#5b3c0d9e7a1f4c2b8d6e9f0a1b2c3d4e"}
    assert record["delivery"] == {"S": "delivered"}
    assert int(record["expires"]["N"]) >= stage.clock.now + 86_400


def test_a_keyword_refusal_is_a_dead_letter_and_not_delivered(stage: Stage, chats: ReceiverServer) -> None:
    # GIVEN a robot whose keyword the text lacks. It says so with HTTP 200.
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre", keywords=("another-word",))})
    stage.send("sre")
    # WHEN
    stage.run()
    # THEN
    assert not chats.accepted("sre")
    (letter,) = stage.dead_letters("sre")
    assert (letter["code"], letter["reason"]) == ("310000", "keywords not in content")
    message = decode_message(letter["body"])
    assert isinstance(message, NotificationMessage)
    assert message.notification == notification(receiver="sre")
    assert stage.records()[0]["delivery"] == {"S": "set-aside"}


def test_a_dead_letter_that_is_redriven_is_tried_again(stage: Stage, chats: ReceiverServer) -> None:
    # GIVEN a message that was refused
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    chats.inject("sre", 1, "keywords")
    stage.send("sre")
    stage.run()
    # WHEN somebody has repaired the robot and puts the message back, twice
    (letter,) = stage.dead_letters("sre")
    stage.redrive("sre", letter)
    stage.redrive("sre", letter)
    stage.run()
    # THEN
    assert len(chats.accepted("sre")) == 1


def test_what_was_refused_is_not_asked_again_because_a_second_message_says_the_same(
    stage: Stage, chats: ReceiverServer
) -> None:
    # GIVEN a refused notification, and filter_events, which may send the same one twice
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre", keywords=("another-word",))})
    stage.send("sre")
    stage.run()
    # WHEN
    stage.send("sre")
    stage.run()
    # THEN
    assert len(stage.dead_letters("sre")) == 1
    assert len(chats.answered("refused", "sre")) == 1
    assert counted("Duplicates") == 1


def test_a_message_that_somebody_else_is_telling_hides_for_seconds(
    stage: Stage, chats: ReceiverServer
) -> None:
    # GIVEN a claim that another invocation holds
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    stage.send("sre")
    ledger = Ledger(stage.dynamodb, table=TABLE, now=stage.clock)
    ledger.claim(
        receiver="sre",
        notification=notification().id,
        attempt=1,
        message_id="other",
        redriven=False,
        invocation="other",
        lease=60.0,
    )
    # WHEN
    stage.invoke("sre")
    # THEN it is neither told nor gone, and comes again long before the queue's visibility timeout
    assert not chats.accepted("sre")
    assert stage.hidings == [3]
    stage.run()
    assert len(chats.accepted("sre")) == 1


def test_throttled_messages_are_delivered_later_and_never_dead_lettered(
    stage: Stage, chats: ReceiverServer, clock: Clock
) -> None:
    # GIVEN a robot that somebody else has brought to its limit
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    chats.inject("sre", 1, "throttled")
    for number in range(30):
        stage.send("sre", notification(id=f"n{number}", title=f"number {number}"))
    began = clock.now
    # WHEN
    stage.run()
    # THEN the first waits out the ten minutes' lock-out by itself, and all others in one digest
    assert [message.title for message in chats.accepted("sre")] == [
        "CRITICAL · 29 groups: 203 events on 29 objects (prod-eu)",
        "CRITICAL · number 0",
    ]
    assert not stage.dead_letters("sre")
    assert len(chats.answered("throttled", "sre")) == 1, "the robot was asked again during its lock-out"
    assert stage.delays == [750, 600]
    assert clock.now >= began + 600


def test_a_throttled_chime_is_asked_again_when_it_said(stage: Stage, chats: ReceiverServer) -> None:
    stage.add_chime("room", {"url": chats.add_webhook("room")})
    for number in range(3):
        stage.send("room", notification(id=f"n{number}"))
    stage.run()
    # THEN the second comes again in 6 s: one that it asked for, and half of the spread. The third joins the
    # digest, which is told as soon as the room may be asked.
    assert len(chats.accepted("room")) == 3
    assert not stage.dead_letters("room")
    assert stage.delays == [6, 1]


def test_an_unreachable_channel_is_tried_with_growing_gaps(stage: Stage, chats: ReceiverServer) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    for kind in ("server-error", "broken", "busy", "server-error", "server-error", "server-error"):
        chats.inject("sre", 1, kind)
    stage.send("sre")
    stage.run()
    assert stage.delays == [15, 30, 60, 120, 240, 450]
    assert len(chats.accepted("sre")) == 1
    assert not stage.dead_letters("sre")


def test_a_long_wait_goes_in_hops_without_asking_the_channel(
    stage: Stage, chats: ReceiverServer, clock: Clock
) -> None:
    # GIVEN a channel that asks for an hour
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    stage.send("sre")
    stage.invoke("sre")
    assert len(chats.accepted()) == 1
    stage.send("sre", notification(id="other"))
    stage.dynamodb.put_item(
        TableName=TABLE,
        Item={
            "pk": {"S": "delivery#sre#other"},
            "delivery": {"S": "waiting"},
            "attempt": {"N": "1"},
            "not_before": {"N": str(clock.now + 3600)},
        },
    )
    # WHEN
    stage.run()
    # THEN
    assert stage.delays == [900, 900, 900, 900]
    assert len(chats.accepted()) == 2
    assert len(chats.inbox.all()) == 2


def test_what_cannot_be_delivered_in_time_expires(stage: Stage, chats: ReceiverServer, clock: Clock) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    chats.inject("sre", 10_000, "server-error")

    # GIVEN two hours, which is what filter_events gives, only shorter
    deadline = clock.now + 7200
    stage.send("sre", deliver_by=datetime.fromtimestamp(deadline, UTC))
    # WHEN
    stage.run()
    # THEN it was tried to the end, and the dead letter says what the last answer was
    (letter,) = stage.dead_letters("sre")
    assert letter["code"] == "expired"
    assert (
        letter["reason"] == "not delivered by 2026-11-21 04:10:00 UTC: the robot's server answered HTTP 502"
    )
    assert deadline - 900 < clock.now <= deadline
    assert all(0 < delay <= 900 for delay in stage.delays)


def test_what_comes_too_late_is_not_tried(stage: Stage, chats: ReceiverServer) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    stage.send("sre", deliver_by=datetime.fromtimestamp(stage.clock.now, UTC) - timedelta(seconds=1))
    stage.run()
    assert not chats.inbox.all()
    assert [letter["code"] for letter in stage.dead_letters("sre")] == ["expired"]


@pytest.mark.parametrize(
    "body", ["{", "{}", '{"message":"other"}', '{"message":"notification"}', "\ufeff", "null"]
)
def test_poison_is_set_aside_as_it_came_and_blocks_nothing(
    stage: Stage, chats: ReceiverServer, body: str
) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    stage.send_body("sre", body)
    stage.send("sre")
    stage.run()
    (letter,) = stage.dead_letters("sre")
    assert letter["body"] == body
    assert letter["code"] == "poison"
    assert letter["reason"].startswith("neither a notification nor a wake-up: ")
    assert len(chats.accepted("sre")) == 1


def test_a_wake_up_of_no_group_is_stale(stage: Stage, chats: ReceiverServer) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    due = stage.clock.now
    stage.send_body("sre", encode_message(WakeUp(key="g", generation=3, due=due)))
    stage.run()
    assert not chats.inbox.all()
    assert not stage.dead_letters("sre")
    assert counted("StaleWakeUps") == 1


def test_a_dead_webhook_delays_only_itself(stage: Stage, chats: ReceiverServer, clock: Clock) -> None:
    # GIVEN two receivers, one of them out of order
    stage.add_dingtalk("dead", {"url": "http://127.0.0.1:9/robot/send?access_token=made-up"})
    stage.add_chime("alive", {"url": chats.add_webhook("alive")})
    for receiver in ("dead", "alive"):
        stage.send(receiver)
    # WHEN each has had one invocation
    for receiver in ("dead", "alive"):
        stage.invoke(receiver)
    # THEN
    assert len(chats.accepted("alive")) == 1
    assert stage.delays == [15]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="no value yet"),
        pytest.param("", id="empty"),
        pytest.param("{}", id="no url"),
        pytest.param({"url": 5}, id="wrong type"),
        pytest.param({"url": "http://chat.example.com/made-up-token"}, id="not https"),
        pytest.param("https://made-up-token.example.com", id="no JSON"),
    ],
)
def test_a_message_waits_for_a_secret_to_be_repaired(stage: Stage, chats: ReceiverServer, value: Any) -> None:
    # GIVEN a secret that nobody has filled, or filled wrongly
    arn = stage.add_dingtalk("sre", value or None)
    if value == "":
        stage.secrets.put_secret_value(SecretId=arn, SecretString=" ")
    stage.send("sre")
    delivery = stage.cold_start()
    # WHEN the function runs, THEN it waits
    stage.invoke("sre", delivery)
    assert stage.delays == [15]
    assert counted("Misconfigured") == 1
    # WHEN somebody puts the value there
    stage.secrets.put_secret_value(SecretId=arn, SecretString=json.dumps({"url": chats.add_robot("sre")}))
    stage.run(delivery=delivery)
    # THEN
    assert len(chats.accepted("sre")) == 1
    assert not stage.dead_letters("sre")


def test_a_rotated_secret_is_used_at_once(stage: Stage, chats: ReceiverServer) -> None:
    # GIVEN a warm function that knows the old robot
    arn = stage.add_dingtalk("sre", {"url": chats.add_robot("old", token="old-token")})
    delivery = stage.cold_start()
    stage.send("sre", notification(id="1"))
    stage.invoke("sre", delivery)
    # WHEN the robot is replaced, and the secret's value with it
    stage.secrets.put_secret_value(SecretId=arn, SecretString=json.dumps({"url": chats.add_robot("new")}))
    chats.inject("old", 1, "disabled")
    stage.send("sre", notification(id="2"))
    stage.invoke("sre", delivery)
    # THEN
    assert len(chats.accepted("old")) == 1
    assert len(chats.accepted("new")) == 1
    assert not stage.dead_letters("sre")


def test_a_refused_timestamp_is_signed_anew_once(stage: Stage, chats: ReceiverServer) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre", secret="SECfoo"), "secret": "SECfoo"})
    chats.inject("sre", 1, "timestamp")
    stage.send("sre", notification(id="1"))
    stage.invoke("sre")
    assert len(chats.accepted("sre")) == 1
    # WHEN it is refused twice, THEN the clock is wrong and no signature will help
    chats.inject("sre", 2, "timestamp")
    stage.send("sre", notification(id="2"))
    stage.invoke("sre")
    assert [letter["reason"] for letter in stage.dead_letters("sre")] == ["invalid timestamp"]


def test_a_signing_key_that_is_wrong_is_a_dead_letter_without_the_key(
    stage: Stage, chats: ReceiverServer
) -> None:
    url = chats.add_robot("sre", secret="SECright")
    stage.add_dingtalk("sre", {"url": url, "secret": "SECwrong"})
    stage.send("sre")
    stage.run()
    (letter,) = stage.dead_letters("sre")
    assert letter["reason"] == "sign not match"
    assert "SECwrong" not in str(letter)
    assert url.partition("=")[2] not in str(letter)


def test_mentions_are_the_receivers_settings(stage: Stage, chats: ReceiverServer) -> None:
    called = {"at_mobiles": ("13800000000",), "at_user_ids": ("u1",), "at_all": True}
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")}, **called)
    stage.send("sre")
    stage.run()
    (message,) = chats.accepted("sre")
    assert message.mentions == ("all", "13800000000", "u1")
    assert message.text.endswith("@13800000000 @u1")


def test_sns_tells_machines_the_whole_notification(stage: Stage) -> None:
    subscriber = stage.add_sns("ops")
    stage.send("ops")
    stage.run()
    (message,) = stage.sqs.receive_message(QueueUrl=subscriber, MaxNumberOfMessages=10)["Messages"]
    published = json.loads(message["Body"])
    assert published["Subject"] == "[CRITICAL] BackOff: Pod shop/web-1 (prod-eu)"
    assert msgspec.json.decode(published["Message"], type=Notification) == notification(receiver="ops")
    attributes = {name: each["Value"] for name, each in published["MessageAttributes"].items()}
    assert attributes == {
        "severity": "critical",
        "cluster": "prod-eu",
        "namespace": "shop",
        "reason": "BackOff",
        "kind": "Pod",
    }


def test_a_topic_that_is_gone_is_a_dead_letter(stage: Stage) -> None:
    stage.add_sns("ops")
    stage.send("ops")
    for topic in stage.sns.list_topics()["Topics"]:
        stage.sns.delete_topic(TopicArn=topic["TopicArn"])
    stage.run()
    assert [letter["code"] for letter in stage.dead_letters("ops")] == ["NotFound"]


def test_a_queue_that_no_receiver_has_keeps_its_messages(stage: Stage, chats: ReceiverServer) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    delivery = stage.cold_start()
    stage.add_dingtalk("new", {"url": chats.add_robot("new")})
    stage.send("new")
    # WHEN the function's configuration is older than its mapping
    stage.invoke("new", delivery)
    assert not chats.inbox.all()
    # THEN the message waits for the newer one
    stage.run()
    assert len(chats.accepted("new")) == 1


def test_without_time_nothing_is_begun(stage: Stage, chats: ReceiverServer) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    stage.send("sre")
    stage.invoke("sre", seconds=20)
    assert not chats.inbox.all()
    assert stage.delays == [15]
    stage.run()
    assert len(chats.accepted("sre")) == 1


def slow(stage: Stage) -> None:
    """From now on, a POST and the reading of a secret take as long as they may."""

    def post_takes() -> None:
        stage.context.seconds -= TRY_SECONDS

    def reading_takes(**_: Any) -> None:
        stage.context.seconds -= ONE_TRY_SECONDS

    stage.when_told = post_takes
    stage.secrets.meta.events.register("after-call.secrets-manager.GetSecretValue", reading_takes)


def test_a_signature_is_made_anew_only_while_there_is_time_for_another_post(
    stage: Stage, chats: ReceiverServer
) -> None:
    # GIVEN a robot that is slow and refuses the first timestamp
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre", secret="SECfoo"), "secret": "SECfoo"})
    chats.inject("sre", 1, "timestamp")
    stage.send("sre")
    slow(stage)
    # WHEN there is time for one secret and one POST
    stage.invoke("sre", seconds=30)
    # THEN the message waits, rather than being refused or begun with too little time
    assert stage.context.get_remaining_time_in_millis() > ONE_TRY_SECONDS * 1000
    assert not chats.accepted("sre")
    assert not stage.dead_letters("sre")
    stage.run()
    assert len(chats.accepted("sre")) == 1


def test_a_newer_secret_is_asked_for_only_while_there_is_time_to_use_it(
    stage: Stage, chats: ReceiverServer
) -> None:
    # GIVEN a warm function whose robot has been replaced by another one
    arn = stage.add_dingtalk("sre", {"url": chats.add_robot("old", token="old-token")})
    delivery = stage.cold_start()
    stage.send("sre", notification(id="1"))
    stage.invoke("sre", delivery)
    stage.secrets.put_secret_value(SecretId=arn, SecretString=json.dumps({"url": chats.add_robot("new")}))
    chats.inject("old", 9, "disabled")
    stage.send("sre", notification(id="2"))
    slow(stage)
    # WHEN there is time for one secret and one POST
    stage.invoke("sre", delivery, seconds=30)
    # THEN
    assert stage.context.get_remaining_time_in_millis() > ONE_TRY_SECONDS * 1000
    assert not stage.dead_letters("sre")
    # WHEN there is more
    stage.run(delivery=delivery)
    # THEN
    assert len(chats.accepted("new")) == 1


def test_while_the_table_is_away_everything_comes_again(stage: Stage, chats: ReceiverServer) -> None:
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    stage.send("sre")
    stage.dynamodb.delete_table(TableName=TABLE)
    # WHEN nobody knows whom to have told, THEN nobody is told
    stage.invoke("sre")
    assert not chats.inbox.all()
    # WHEN the table is back
    create_table(stage.dynamodb)
    stage.run()
    # THEN
    assert len(chats.accepted("sre")) == 1
    assert not stage.delays


def test_what_was_told_but_could_not_be_recorded_is_not_told_again(
    stage: Stage, chats: ReceiverServer
) -> None:
    # GIVEN a table that goes away between the chat's answer and the record of it
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    stage.when_told = lambda: stage.dynamodb.delete_table(TableName=TABLE)
    stage.send("sre")
    # WHEN
    stage.run()
    # THEN
    assert len(chats.accepted("sre")) == 1
    assert (counted("Delivered"), counted("Unrecorded")) == (1, 1)


def test_a_message_that_aws_refuses_does_not_take_the_others_along(
    stage: Stage, chats: ReceiverServer
) -> None:
    # GIVEN an id that is too long for a key of the table, which has up to 2 KiB
    stage.add_dingtalk("sre", {"url": chats.add_robot("sre")})
    stage.send("sre", notification(id="x" * 3000))
    stage.send("sre")
    # WHEN
    stage.invoke("sre")
    # THEN
    assert len(chats.accepted("sre")) == 1
    assert counted("Failed") == 1
