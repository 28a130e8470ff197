"""`kube-events send`, with the real notify function at the other end of the queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import boto3
import pytest

from eventcore.notification import Notification
from eventcore.queue_message import NotificationMessage, decode_message
from kube_events.deployment import Deployment
from kube_events.progress import Progress
from kube_events.send.examples import EXAMPLES, notification_of
from kube_events.send.fate import Fate, Following
from sandbox.receivers import ReceiverServer
from tests.fixtures.receivers import chats, clock
from tests.kube_events.deployed import Deployed, Run
from tests.lambdas.notify.conftest import stage
from tests.lambdas.notify.stage import Stage

__all__ = ["chats", "clock", "stage"]

QUEUE = "kube-events-receiver-sre"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_says_that_it_is_one_and_is_told_as_the_real_thing(name: str) -> None:
    one, another = (notification_of(name, receiver="sre", now=NOW) for _ in range(2))
    assert one.title.startswith("Test: ")
    assert one.facts[-1].name == "Test"
    assert one.receiver == "sre"
    # AND sent twice it is told twice
    assert one.id != another.id


def test_the_examples_show_what_a_message_can_say() -> None:
    made: dict[str, Notification] = {
        name: notification_of(name, receiver="sre", now=NOW) for name in EXAMPLES
    }
    assert made["oomkilled"].members[0].reason == "OOMKilled"
    assert (made["crashloop"].objects, made["crashloop"].events) == (3, 110)
    assert made["node-not-ready"].severity == "critical"
    assert made["resolved"].status == "resolved"
    assert made["resolved"].members[0].resolved
    assert (made["digest"].groups, len(made["digest"].parts)) == (4, 4)
    assert made["digest"].events == 1 + 110 + 1 + 8


def test_the_examples_are_listed(run: Run) -> None:
    said = run("send", "--list-examples")
    assert (said.code, [line.split()[0] for line in said.lines]) == (0, list(EXAMPLES))


def test_a_message_goes_into_the_receivers_queue_and_waits_for_its_fate(deployed: Deployed, run: Run) -> None:
    # GIVEN nobody who takes it
    url = deployed.add_receiver("sre")
    # WHEN
    said = run("send", "--receiver", "sre", "--example", "oomkilled", "--wait", "0")
    # THEN
    assert said.code == 3
    assert "waiting: the notify function has not taken it yet" in said.err
    (body,) = deployed.aws.messages(url)
    message = decode_message(body)
    assert isinstance(message, NotificationMessage)
    assert (message.attempt, message.notification.receiver) == (1, "sre")
    left = message.deliver_by - datetime.now(UTC)
    assert 3500 < left.total_seconds() <= 3600


def test_the_fate_is_there_for_scripts(deployed: Deployed, run: Run) -> None:
    deployed.add_receiver("sre")
    said = run("send", "--receiver", "sre", "--example", "digest", "--wait", "0", "--json")
    assert (said.code, json.loads(said.out)["state"]) == (3, "waiting")


def test_a_receiver_that_does_not_exist_is_named_with_those_that_do(deployed: Deployed, run: Run) -> None:
    deployed.add_receiver("sre-dingtalk")
    said = run("send", "--receiver", "sre-dingtal", "--example", "oomkilled")
    assert said.code == 1
    assert "expected one of sre-dingtalk; did you mean sre-dingtalk?" in said.err
    said = run("send", "--receiver", "sre", "--example", "oomkilled", "--name", "another")
    assert "another: no receiver's queue in eu-central-1" in said.err
    assert run("send", "--example", "oomkilled").code == 2


@pytest.mark.parametrize("arguments", [["--example", "nothing"], [], ["--example", "digest", "--wait", "1y"]])
def test_wrong_usage_ends_before_anything_is_sent(run: Run, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("send", "--receiver", "sre", *arguments)
    assert ended.value.code == 2


# ------------------------------------------------------------------ with notify at the other end


class Sent:
    """A message in the queue of a robot; the function runs while the command waits."""

    def __init__(self, stage: Stage) -> None:
        stage.clock.now = datetime.now(UTC).timestamp()
        self.stage = stage
        self.notification = notification_of("oomkilled", receiver="sre", now=stage.clock.now)
        self._time = 0.0

    def fate(self, meanwhile: Callable[[], object]) -> Fate:
        """What the command finds out within ten seconds, in the first of which something happens."""
        happens = iter([meanwhile])

        def sleep(seconds: float) -> None:
            self._time += seconds
            next(happens, lambda: None)()

        deployment = Deployment(boto3.Session())
        following = Following(deployment, "sre", self.notification.id, sleep=sleep, clock=lambda: self._time)
        with Progress("test") as progress:
            return following.until_settled(patience=10, progress=progress)

    def runs(self) -> None:
        """One invocation."""
        self.stage.invoke("sre")


@pytest.fixture
def sent(stage: Stage, chats: ReceiverServer) -> Sent:
    """To a robot that takes it."""
    stage.add_dingtalk(QUEUE, {"url": chats.add_robot("sre")})
    # The stage calls a queue what its receiver is called.
    stage.receivers["sre"] = stage.receivers.pop(QUEUE)
    sent = Sent(stage)
    stage.send("sre", sent.notification)
    return sent


def test_what_the_channel_took_is_delivered(sent: Sent, chats: ReceiverServer) -> None:
    assert sent.fate(sent.runs) == Fate("delivered", "the channel has taken it")
    (told,) = chats.accepted("sre")
    assert "Test: OOMKilled" in told.text


def test_what_the_channel_refused_is_set_aside_with_code_and_reason(
    sent: Sent, chats: ReceiverServer
) -> None:
    chats.inject("sre", 1, "keywords")
    fate = sent.fate(sent.runs)
    assert fate.state == "set-aside"
    assert fate.text.startswith("310000: ")


def test_what_was_put_off_is_still_waiting(sent: Sent, chats: ReceiverServer) -> None:
    chats.inject("sre", 1, "busy")
    fate = sent.fate(sent.runs)
    assert fate.state == "waiting"
    assert "put off until" in fate.text


def test_while_the_channel_is_full_it_waits_in_the_digest(sent: Sent, chats: ReceiverServer) -> None:
    chats.inject("sre", 1, "throttled")
    stage = sent.stage
    sent.runs()
    fate = sent.fate(lambda: None)
    assert fate.state == "waiting"
    # AND when there is room it is delivered
    stage.run()
    assert sent.fate(lambda: None).state == "delivered"
    assert len(chats.accepted("sre")) == 1
