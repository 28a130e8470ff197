"""SendMessageBatch, with a queue service that is played over HTTP: partial failures, throttling, silence."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from eventcore.backoff import Backoff
from lambdas.common.aws_calls import ONE_TRY, ONE_TRY_SECONDS
from lambdas.common.time_budget import TimeBudget
from lambdas.filter_events.outbox import MAX_ATTEMPTS, MAX_BYTES, Entry, Fate, Outbox, Sending
from tests.fixtures.aws import Aws, LambdaContext

QUEUE = "https://sqs.example.com/123456789012/a"


class QueueService:
    """Plays SQS. `failing` maps a body to the codes it fails with, one per call, then it is accepted."""

    def __init__(self, http: HTTPServer) -> None:
        self.calls: list[list[str]] = []
        self.delays: list[int] = []
        self.failing: dict[str, list[str]] = {}
        self.down = False
        self.takes = 0.0
        """Seconds that a call takes, of the invocation's time."""
        self.context = LambdaContext(60)
        self.slept: list[float] = []
        http.expect_request("/", method="POST").respond_with_handler(self._handle)
        sqs = boto3.client(
            "sqs",
            endpoint_url=http.url_for("/"),
            config=ONE_TRY,
        )
        self.outbox = Outbox(sqs, backoff=Backoff(base=1.0, cap=8.0, draw=lambda: 1.0), sleep=self._sleep)

    def send(self, *bodies: str, queue: str = QUEUE) -> list[Sending]:
        return self.outbox.send([Entry(queue, body) for body in bodies], TimeBudget(self.context, reserve=0))

    def _handle(self, request: Request) -> Response:
        entries = request.get_json(force=True)["Entries"]
        self.calls.append([entry["MessageBody"] for entry in entries])
        self.delays.extend(entry["DelaySeconds"] for entry in entries)
        self.context.seconds -= self.takes
        if self.down:
            return Response('{"__type": "InternalError"}', status=500)
        answer: dict[str, list[dict[str, Any]]] = {"Successful": [], "Failed": []}
        for entry in entries:
            codes = self.failing.get(entry["MessageBody"], [])
            if codes:
                code = codes.pop(0)
                answer["Failed"].append(
                    {"Id": entry["Id"], "Code": code, "SenderFault": True, "Message": "no"}
                )
            else:
                answer["Successful"].append({"Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": "x"})
        return Response(json.dumps(answer), content_type="application/x-amz-json-1.0")

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.context.seconds -= seconds


@pytest.fixture
def service(aws: Aws, httpserver: HTTPServer) -> QueueService:
    return QueueService(httpserver)


def fates(sendings: list[Sending]) -> list[Fate]:
    return [sending.fate for sending in sendings]


def test_ten_messages_are_one_call(service: QueueService) -> None:
    assert fates(service.send(*(str(number) for number in range(21)))) == [Fate.SENT] * 21
    assert [len(call) for call in service.calls] == [10, 10, 1]


def test_each_entry_has_its_delay(service: QueueService) -> None:
    budget = TimeBudget(service.context, reserve=0)
    service.outbox.send([Entry(QUEUE, "a", 30), Entry(QUEUE, "b"), Entry(QUEUE, "c", 900)], budget)
    assert service.delays == [30, 0, 900]


def test_a_call_is_within_256_kib(service: QueueService) -> None:
    body = "ü" * 50_000  # 100,000 bytes
    service.send(body, body, body)
    assert [len(call) for call in service.calls] == [2, 1]


def test_only_what_failed_is_sent_again(service: QueueService) -> None:
    service.failing = {"b": ["RequestThrottled", "InternalError"]}
    assert fates(service.send("a", "b", "c")) == [Fate.SENT] * 3
    assert service.calls == [["a", "b", "c"], ["b"], ["b"]]
    assert service.slept == [1.0, 2.0]


def test_what_goes_on_failing_is_left_for_later(service: QueueService) -> None:
    service.failing = {"b": ["RequestThrottled"] * MAX_ATTEMPTS}
    a, b = service.send("a", "b")
    assert (a.fate, b) == (Fate.SENT, Sending(Fate.LATER, "RequestThrottled: no"))


def test_sending_again_ends_with_the_time_of_the_invocation(service: QueueService) -> None:
    service.context.seconds = ONE_TRY_SECONDS + 2
    service.failing = {"a": ["RequestThrottled"] * 9}
    assert fates(service.send("a")) == [Fate.LATER]
    assert service.slept == [1.0]


@pytest.mark.parametrize("seconds", [60, 33.3, ONE_TRY_SECONDS + 1])
def test_a_queue_that_hangs_never_costs_more_than_the_time_of_the_invocation(
    service: QueueService, seconds: float
) -> None:
    # GIVEN a service that answers nothing: every call takes all the time that it may
    service.down, service.takes, service.context.seconds = True, ONE_TRY_SECONDS, seconds
    # WHEN more is to be sent than there is time for
    sendings = service.send(*map(str, range(200)))
    # THEN
    assert fates(sendings) == [Fate.LATER] * 200
    assert service.calls
    assert service.context.get_remaining_time_in_millis() > 0


def test_without_time_nothing_is_sent_and_everything_is_left_for_later(service: QueueService) -> None:
    service.context.seconds = 0
    assert service.send("a") == [Sending(Fate.LATER, "no time left")]
    assert service.calls == []


@pytest.mark.parametrize("code", ["InvalidMessageContents", "AWS.SimpleQueueService.InvalidParameterValue"])
def test_a_message_that_the_queue_cannot_take_is_refused_at_once(service: QueueService, code: str) -> None:
    service.failing = {"a": [code]}
    a, b = service.send("a", "b")
    assert (a.fate, b.fate) == (Fate.REFUSED, Fate.SENT)
    assert len(service.calls) == 1


def test_a_message_over_the_limit_is_refused_without_a_call(service: QueueService) -> None:
    [sending] = service.send("x" * (MAX_BYTES + 1))
    assert sending == Sending(Fate.REFUSED, "262145 bytes, and a queue takes 262144")
    assert service.calls == []


def test_a_service_that_is_down_leaves_everything_for_later(service: QueueService) -> None:
    service.down = True
    assert fates(service.send("a", "b")) == [Fate.LATER, Fate.LATER]
    assert len(service.calls) == MAX_ATTEMPTS


def test_no_messages_are_no_calls(service: QueueService) -> None:
    assert service.send() == []
    assert service.calls == []
