"""The deployment, its functions behind Lambda's Invoke, and an SQS that moves messages by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

import boto3
import pytest
import urllib3

from eventcore.queue_message import NotificationMessage, encode_message
from lambdas.common.dead_letters import DeadLetters
from lambdas.common.records import Poison, Record
from lambdas.common.time_budget import TimeBudget
from tests.fixtures.aws import REGION, Aws, LambdaContext
from tests.fixtures.calls import calls
from tests.fixtures.cluster import Answer
from tests.fixtures.loopback import LoopbackServer
from tests.fixtures.receivers import notification
from tests.kube_events.deployed import ACCOUNT, BUCKET, Deployed, deployed, run
from tests.kube_events.index_function import answered, crashed, refused

__all__ = ["calls", "deployed", "run"]

STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/kube-events"
DAY = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)

_INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")

Works = Callable[[dict[str, Any]], list[str]]
"""Takes an event, and gives the ids that it wants again."""


class Functions(LoopbackServer):
    """Lambda's Invoke. What a function does a test says."""

    def __init__(self) -> None:
        self.work: dict[str, Works] = {}
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.given: list[Answer] = []
        """Answers to the next invocations, instead of those of the function."""
        super().__init__()

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        """Invoke."""
        name = _INVOKE.fullmatch(unquote(request.path))
        if name is None or name[1] not in self.work:
            return refused(404, "ResourceNotFoundException", f"Function not found: {request.path}")
        event = json.loads(body)
        self.events.append((name[1], event))
        if self.given:
            return self.given.pop(0)
        try:
            return answered(self.work[name[1]](event))
        except MemoryError as error:
            return crashed("Runtime.ExitError", str(error))


@pytest.fixture
def functions(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    """Lambda, without functions."""
    with Functions() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", server.url)
        yield server


class Moves(LoopbackServer):
    """SQS: moto's, which knows no message move tasks, behind something that does. As the API reference says:
    from a dead-letter queue only, one task at a time, with at most 500 messages a second."""

    def __init__(self, moto: str) -> None:
        self.moto = moto
        self.asked: list[dict[str, Any]] = []
        """StartMessageMoveTask."""
        self.cancelled: list[str] = []
        self.tasks: list[dict[str, Any]] = []
        """The newest first."""
        self.per_look = 1000
        """Messages that have been moved more each time that somebody looks."""
        self.fails: str = ""
        self.lists_late = False
        """The next task is not listed at once."""
        self.refuses: dict[str, tuple[str, int]] = {}
        """How often an operation is refused, and with which code."""
        self.later = timedelta()
        """By which everything was sent later than it was."""
        self._pool = urllib3.PoolManager()
        self._sqs = boto3.client("sqs", endpoint_url=moto)
        super().__init__()

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        """One call."""
        operation = request.headers["X-Amz-Target"].rpartition(".")[2]
        code, times = self.refuses.get(operation, ("", 0))
        if times:
            self.refuses[operation] = (code, times - 1)
            return _error(403, code, f"not allowed to perform {operation}")
        own = {
            "StartMessageMoveTask": self._start,
            "ListMessageMoveTasks": self._list,
            "CancelMessageMoveTask": self._cancel,
        }.get(operation)
        if own is not None:
            return own(json.loads(body))
        answer = self._pool.request(
            "POST", self.moto + request.path, body=body, headers=dict(request.headers)
        )
        headers = {"Content-Type": answer.headers["Content-Type"]}
        if error := answer.headers.get("x-amzn-query-error"):
            headers["x-amzn-query-error"] = error
        data = answer.data
        if operation == "ReceiveMessage" and self.later:
            data = _later(data, self.later)
        return Answer(answer.status, data, headers)

    def _start(self, asked: dict[str, Any]) -> Answer:
        if any(task["Status"] == "RUNNING" for task in self.tasks):
            return _error(400, "UnsupportedOperation", "There is already a task running.")
        assert asked["SourceArn"].endswith("-dead")
        assert 1 <= asked["MaxNumberOfMessagesPerSecond"] <= 500
        self.asked.append(asked)
        self.begin(asked["SourceArn"], asked["DestinationArn"])
        return Answer(200, json.dumps({"TaskHandle": "handle-1"}).encode())

    def begin(self, source: str, destination: str) -> None:
        """A task runs."""
        task = {
            "TaskHandle": "handle-1",
            "Status": "RUNNING",
            "SourceArn": source,
            "DestinationArn": destination,
            "ApproximateNumberOfMessagesMoved": 0,
            "ApproximateNumberOfMessagesToMove": 7,
            "StartedTimestamp": 1_790_000_000_000 + len(self.tasks),
        }
        self.tasks.insert(0, task)

    def _list(self, asked: dict[str, Any]) -> Answer:
        found = [task for task in self.tasks if task["SourceArn"] == asked["SourceArn"]]
        if self.lists_late and len(found) > 1:
            self.lists_late = False
            found = found[1:]
        if found and found[0]["Status"] == "RUNNING":
            self._go_on(found[0])
        return Answer(200, json.dumps({"Results": found[:1]}).encode())

    def _cancel(self, asked: dict[str, Any]) -> Answer:
        self.cancelled.append(asked["TaskHandle"])
        return Answer(200, json.dumps({"ApproximateNumberOfMessagesMoved": 0}).encode())

    def _go_on(self, task: dict[str, Any]) -> None:
        if self.fails:
            task |= {"Status": "FAILED", "FailureReason": self.fails}
            return
        source, target = (self._url(task[arn]) for arn in ("SourceArn", "DestinationArn"))
        for _ in range(self.per_look):
            found = self._sqs.receive_message(QueueUrl=source, MessageAttributeNames=["All"]).get("Messages")
            if not found:
                task["Status"] = "COMPLETED"
                return
            (message,) = found
            self._sqs.send_message(
                QueueUrl=target,
                MessageBody=message["Body"],
                MessageAttributes=message.get("MessageAttributes", {}),  # type: ignore[arg-type]
            )
            self._sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
            task["ApproximateNumberOfMessagesMoved"] += 1

    def _url(self, arn: str) -> str:
        return self._sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]


def _later(data: bytes, by: timedelta) -> bytes:
    answer = json.loads(data)
    for message in answer.get("Messages", ()):
        sent = int(message["Attributes"]["SentTimestamp"])
        message["Attributes"]["SentTimestamp"] = str(sent + int(by.total_seconds() * 1000))
    return json.dumps(answer).encode()


def _error(status: int, code: str, message: str) -> Answer:
    body = {"__type": f"com.amazonaws.sqs#{code}", "message": message}
    return Answer(status, json.dumps(body).encode(), {"x-amzn-query-error": f"{code};Sender"})


@pytest.fixture
def moves(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Moves]:
    """SQS for everything that is made with boto3 from here on."""
    with Moves(deployed.aws.endpoint) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", server.url)
        yield server


def told(number: int, *, left: timedelta = timedelta(hours=20)) -> str:
    """A message of a receiver's queue."""
    return encode_message(
        NotificationMessage(
            notification=notification(id=f"notification-{number}", title=f"BackOff: Pod shop/web-{number}"),
            deliver_by=datetime.now(UTC) + left,
            attempt=3,
        )
    )


def set_aside(deployed: Deployed, url: str, body: str, code: str = "310000", reason: str = "keywords") -> str:
    """As notify does it; returns the message's id."""
    return deployed.aws.sqs.send_message(
        QueueUrl=deployed.dead(url),
        MessageBody=body,
        MessageAttributes={
            "code": {"DataType": "String", "StringValue": code},
            "reason": {"DataType": "String", "StringValue": reason},
        },
    )["MessageId"]


def waiting(aws: Aws, url: str) -> list[dict[str, Any]]:
    """Messages that are visible, oldest first, with their attributes. They stay."""
    found: dict[str, Any] = {}
    while batch := aws.sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=60
    ).get("Messages"):
        found |= {each["MessageId"]: each for each in batch}
    for each in found.values():
        aws.sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=each["ReceiptHandle"], VisibilityTimeout=0
        )
    return list(found.values())


def letter(
    deployed: Deployed, number: int, payload: bytes, *, function: str = "filter_events", **where: str
) -> None:
    """What a function sets aside, by its own hand."""
    record = Record(
        id=str(number),
        source=where.get("source", STREAM),
        event_id=f"shardId-000000000000:{number}",
        arrived=DAY,
    )
    letters = DeadLetters(deployed.aws.s3, bucket=BUCKET, function=function)
    assert not letters.write(
        [Poison(record, payload, where.get("reason", "no event"))], TimeBudget(LambdaContext())
    )
