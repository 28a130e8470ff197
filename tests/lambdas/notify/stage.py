"""The notify function between its neighbours: SQS, DynamoDB, Secrets Manager and SNS of the stand-in, chats
over HTTP.

Time is the test's. A message that is sent with a delay stays hidden until the clock has come that far; one
that was not done with comes back when the queue's visibility timeout has passed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING, Any

import boto3
import msgspec

from eventcore.notification import Notification
from eventcore.queue_message import NotificationMessage, encode_message
from lambdas.common.receivers import AnyReceiver, ChimeReceiver, DingTalkReceiver, SnsReceiver
from lambdas.common.state_table import StateTable
from lambdas.common.time_budget import TimeBudget
from lambdas.notify.channels.channel import Channel
from lambdas.notify.channels.registry import Channels
from lambdas.notify.delivery import Delivery
from lambdas.notify.fate import Incoming
from lambdas.notify.group_timer import Surroundings
from lambdas.notify.ledger import Ledger
from lambdas.notify.links import Links
from lambdas.notify.schedule import DELIVER_WITHIN, UNREACHABLE
from lambdas.notify.secrets import Secrets
from lambdas.notify.silences import SilenceReader
from lambdas.notify.webhook import Answer, Webhooks
from tests.fixtures.aws import REGION, LambdaContext
from tests.fixtures.receivers import Clock, notification
from tests.fixtures.state_table import TABLE, create_table

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

VISIBILITY = 360.0
"""Seconds: six times the function's time limit, as AWS advises."""


class Died(BaseException):
    """The function's process has ended. No code of ours can catch this."""


class Stage:
    """Receivers, their queues, and the function that stands between them and the chats."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.receivers: dict[str, AnyReceiver] = {}
        self.sqs, self.sns = boto3.client("sqs"), boto3.client("sns")
        self.dynamodb, self.secrets = boto3.client("dynamodb"), boto3.client("secretsmanager")
        self.delays: list[int] = []
        """DelaySeconds of every copy that was sent."""
        self.hidings: list[int] = []
        """VisibilityTimeout of every message that was hidden for another time than the queue's."""
        self.context = LambdaContext()
        """Of the invocation that runs, or ran last."""
        self.steps = 0
        """Calls to AWS and to chats that have come back."""
        self.posts: list[int] = []
        """Which of those were answered POSTs to a chat."""
        self.dies_after: int | None = None
        """The step after which the process ends, once."""
        self.when_told: Callable[[], object] | None = None
        """What happens in the moment after a chat's answer."""
        self.table = StateTable(self.dynamodb, table=TABLE, now=clock, sleep=clock.advance)
        self._hiding: dict[str, int] = {}
        self._hidden: list[tuple[float, str, MessageTypeDef]] = []
        create_table(self.dynamodb)
        for client in (self.sqs, self.sns, self.dynamodb, self.secrets):
            client.meta.events.register("after-call", self._step)
        self.sqs.meta.events.register("provide-client-params.sqs.SendMessage", self._note_delay)
        self.sqs.meta.events.register("provide-client-params.sqs.ChangeMessageVisibility", self._note_hiding)
        self._working = False

    def add(self, name: str, make: Callable[[dict[str, str]], AnyReceiver]) -> AnyReceiver:
        """A receiver with a queue and a dead-letter queue."""
        urls = {kind: self.sqs.create_queue(QueueName=f"{name}{kind}")["QueueUrl"] for kind in ("", "-dead")}
        arn = self.sqs.get_queue_attributes(QueueUrl=urls[""], AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        queues = {"queue_url": urls[""], "queue_arn": arn, "dead_letter_queue_url": urls["-dead"]}
        self.receivers[name] = make(queues)
        return self.receivers[name]

    def add_dingtalk(self, name: str, value: object, **options: Any) -> str:
        """A robot's receiver, with this value in its secret; returns the secret's ARN."""
        arn = self.put_secret(name, value)
        self.add(name, lambda queues: DingTalkReceiver(**queues, secret_arn=arn, **options))
        return arn

    def add_chime(self, name: str, value: object) -> str:
        """A webhook's receiver, with this value in its secret; returns the secret's ARN."""
        arn = self.put_secret(name, value)
        self.add(name, lambda queues: ChimeReceiver(**queues, secret_arn=arn))
        return arn

    def add_sns(self, name: str, **options: Any) -> str:
        """A topic's receiver; returns the URL of a queue that is subscribed to the topic."""
        topic = self.sns.create_topic(Name=name)["TopicArn"]
        url = self.sqs.create_queue(QueueName=f"{name}-subscriber")["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:123456789012:{name}-subscriber"
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        self.add(name, lambda queues: SnsReceiver(**queues, topic_arn=topic, **options))
        return url

    def put_secret(self, name: str, value: object) -> str:
        """Make a secret; without a value if that is None, as Terraform does."""
        text = (
            {} if value is None else {"SecretString": value if isinstance(value, str) else json.dumps(value)}
        )
        return self.secrets.create_secret(Name=name, **text)["ARN"]

    def secret_of(self, name: str) -> Any:
        """The value of a receiver's secret."""
        return json.loads(self.secrets.get_secret_value(SecretId=name)["SecretString"])

    def channel_of(self, name: str) -> Channel:
        """A receiver's channel."""
        return self._channels().channel_of(self.receivers[name])

    def _channels(self) -> Channels:
        return Channels(
            sns=self.sns,
            secrets=Secrets(self.secrets, now=self.clock),
            webhooks=_Watched(self),
            now=self.clock,
        )

    def cold_start(self) -> Delivery:
        """The function as a new execution environment has it."""
        return Delivery(
            receivers=self.receivers,
            channels=self._channels(),
            ledger=Ledger(self.dynamodb, table=TABLE, now=self.clock),
            surroundings=Surroundings(
                table=self.table,
                silences=SilenceReader(self.dynamodb, table=TABLE, now=self.clock),
                links=Links("https://search.example.com/_dashboards"),
            ),
            sqs=self.sqs,
            now=self.clock,
            backoff=UNREACHABLE._replace(draw=lambda: 0.5),
        )

    def send(self, receiver: str, told: Notification | None = None, **changes: Any) -> None:
        """What filter_events puts into the receiver's queue."""
        message = NotificationMessage(
            notification=told or notification(receiver=receiver),
            deliver_by=datetime.fromtimestamp(self.clock.now, UTC) + DELIVER_WITHIN,
        )
        self.send_body(receiver, encode_message(msgspec.structs.replace(message, **changes)))

    def send_body(self, receiver: str, body: str) -> None:
        """Anything."""
        self.sqs.send_message(QueueUrl=self.receivers[receiver].queue_url, MessageBody=body)

    def redrive(self, receiver: str, letter: dict[str, str]) -> None:
        """Put a dead letter back, with its attributes, as SQS' own redrive does."""
        self.sqs.send_message(
            QueueUrl=self.receivers[receiver].queue_url,
            MessageBody=letter["body"],
            MessageAttributes={"code": {"DataType": "String", "StringValue": letter["code"]}},
        )

    def invoke(self, receiver: str, delivery: Delivery | None = None, *, seconds: float = 60.0) -> int:
        """One invocation with what is visible, at most ten; returns how many messages it had.

        Messages that it is done with are deleted; the others come back after the visibility timeout, or after
        the death of the function.
        """
        url, arn = self.receivers[receiver].queue_url, self.receivers[receiver].queue_arn
        messages = self._visible(url)
        batch = [
            Incoming(
                id=m["MessageId"],
                queue_arn=arn,
                body=m["Body"],
                receipt_handle=m["ReceiptHandle"],
                redriven="code" in m.get("MessageAttributes", {}),
            )
            for m in messages
        ]
        failed = frozenset(incoming.id for incoming in batch)
        self._working = True
        try:
            self.context = LambdaContext(seconds)
            budget = TimeBudget(self.context)
            invocation = f"invocation-{self.steps}-{self.clock.now}"
            failed = (delivery or self.cold_start()).deliver(batch, budget=budget, invocation=invocation)
        except Died:
            self.dies_after = None
        finally:
            self._working = False
            for message in messages:
                if message["MessageId"] in failed:
                    seconds = self._hiding.pop(message["ReceiptHandle"], VISIBILITY)
                    self._hidden.append((self.clock.now + seconds, url, message))
                else:
                    self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(messages)

    def run(self, *, delivery: Delivery | None = None, until: float = inf) -> None:
        """Invoke and let time pass until every queue is empty, or until that time has come."""
        for _ in range(500):
            worked = sum(self.invoke(name, delivery) for name in self.receivers)
            following = min((due for due, _, _ in self._hidden), default=inf)
            if not worked and (following == inf or following > until):
                if until != inf:
                    self.clock.now = until
                return
            if not worked:
                self.clock.now = max(self.clock.now, following)
        raise AssertionError("the queues never became empty")

    def forget(self) -> None:
        """Lose every message, as a queue does that somebody has purged."""
        for receiver in self.receivers.values():
            self._visible(receiver.queue_url)
        self._hidden.clear()

    def dead_letters(self, receiver: str) -> list[dict[str, str]]:
        """What was set aside: its body and its attributes."""
        found = self.sqs.receive_message(
            QueueUrl=self.receivers[receiver].dead_letter_queue_url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            VisibilityTimeout=0,
        ).get("Messages", [])
        return [
            {"body": each["Body"]}
            | {name: value["StringValue"] for name, value in each.get("MessageAttributes", {}).items()}
            for each in found
        ]

    def records(self, prefix: str = "") -> list[dict[str, Any]]:
        """The items of the state table whose keys begin so."""
        items = self.dynamodb.scan(TableName=TABLE)["Items"]
        return [item for item in items if item["pk"]["S"].startswith(prefix)]

    def _visible(self, url: str) -> list[MessageTypeDef]:
        while found := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=43_200
        ).get("Messages", []):
            for message in found:
                due = float(message.get("MessageAttributes", {}).get("due", {}).get("StringValue", 0))
                self._hidden.append((due, url, message))
        ready = [each for each in self._hidden if each[1] == url and each[0] <= self.clock.now][:10]
        self._hidden = [each for each in self._hidden if each not in ready]
        return [message for _, _, message in ready]

    def _note_delay(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        """SQS itself lives by the real clock, so the stage keeps a delayed message back in its stead."""
        if "DelaySeconds" not in params:
            return params
        delay = params["DelaySeconds"]
        self.delays.append(delay)
        due = {"DataType": "String", "StringValue": str(self.clock.now + delay)}
        rest = {name: value for name, value in params.items() if name != "DelaySeconds"}
        return rest | {"MessageAttributes": {"due": due}}

    def _note_hiding(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The same for a message that is hidden."""
        self.hidings.append(params["VisibilityTimeout"])
        self._hiding[params["ReceiptHandle"]] = params["VisibilityTimeout"]
        return params | {"VisibilityTimeout": 43_200}

    def _step(self, **_: Any) -> None:
        if not self._working:
            return
        self.steps += 1
        if self.steps == self.dies_after:
            raise Died

    def note_post(self) -> None:
        """A chat has answered."""
        self.posts.append(self.steps + 1)
        if self.when_told:
            self.when_told()
        self._step()


class _Watched(Webhooks):
    """The real transport; an answered POST is a step, after which the function may die."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    def post(self, url: str, body: bytes) -> Answer:
        answer = super().post(url, body)
        self._stage.note_post()
        return answer
