"""DynamoDB throttles, hangs, is missing or forbids, SQS fails: the batch is handed back, and no more."""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from lambdas.common.aws_calls import ONE_TRY, ONE_TRY_SECONDS
from lambdas.filter_events.group_store import MAX_FAILURES
from tests.events import kinesis_batch, message_id, sequence_number, sqs_batch
from tests.fixtures.aws import Aws
from tests.lambdas.filter_events.events import crash
from tests.lambdas.filter_events.stage import Stage

Answer = Callable[[str, dict[str, Any]], Response | None]


class Table:
    """Plays DynamoDB: it fails as the test says, and else passes on to the stand-in."""

    def __init__(self, http: HTTPServer, stage: Stage) -> None:
        self.answer: Answer = lambda operation, body: None
        self.asked: list[str] = []
        self.takes = 0.0
        """Seconds of the invocation's time that each call takes."""
        self._stage = stage
        http.expect_request("/", method="POST").respond_with_handler(self._handle)
        self.client = boto3.client("dynamodb", endpoint_url=http.url_for("/"), config=ONE_TRY)

    def handle(self, payload: Any, **options: Any) -> list[str]:
        """One invocation of a function whose table this is."""
        return self._stage.invoke(payload, function=self._stage.cold_start(dynamodb=self.client), **options)

    def _handle(self, request: Request) -> Response:
        operation, body = request.headers["X-Amz-Target"].partition(".")[2], request.get_data()
        self.asked.append(operation)
        self._stage.context.seconds -= self.takes
        found = self.answer(operation, json.loads(body))
        return found or self._pass_on(operation, json.loads(body))

    def _pass_on(self, operation: str, body: dict[str, Any]) -> Response:
        found: dict[str, Any] = {}

        def note(http_response: Any, **_: Any) -> None:
            found["body"], found["status"] = http_response.content, http_response.status_code

        client = boto3.client("dynamodb", config=ONE_TRY)
        client.meta.events.register("after-call", note)
        name = {"BatchGetItem": "batch_get_item", "PutItem": "put_item"}[operation]
        getattr(client, name)(**_decoded(body))
        return Response(found["body"], found["status"], content_type="application/x-amz-json-1.0")


def _decoded(value: Any) -> Any:
    """Bytes as boto3 takes them, where JSON has base64."""
    if isinstance(value, dict):
        if set(value) == {"B"}:
            return {"B": b64decode(value["B"])}
        return {name: _decoded(each) for name, each in value.items()}
    return [_decoded(each) for each in value] if isinstance(value, list) else value


def refuse(code: str, status: int = 400) -> Response:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "it said no"}
    return Response(json.dumps(body), status, content_type="application/x-amz-json-1.0")


@pytest.fixture
def table(aws: Aws, stage: Stage, httpserver: HTTPServer) -> Table:
    return Table(httpserver, stage)


def why(caplog: pytest.LogCaptureFixture) -> tuple[int, str]:
    """How many groups the one line of the log is about, and the reason that it gives."""
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.message == "groups not written"
    assert record.exc_info is None
    return record.groups, record.reason  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"]
)
@pytest.mark.parametrize("operation", ["BatchGetItem", "PutItem"])
def test_throttling_that_passes_is_waited_for(stage: Stage, table: Table, code: str, operation: str) -> None:
    # GIVEN a table that throttles the first two calls of a kind
    table.answer = lambda asked, _: (
        refuse(code) if asked == operation and table.asked.count(asked) <= 2 else None
    )
    # WHEN / THEN
    assert table.handle(kinesis_batch(crash())) == []
    assert len(stage.valid_timers()) == 1
    assert stage.slept == [0.1, 0.2]
    assert len(stage.sent) == 1


@pytest.mark.parametrize("operation", ["BatchGetItem", "PutItem"])
def test_throttling_that_stays_hands_the_batch_back(
    stage: Stage, table: Table, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    table.answer = lambda asked, _: refuse("ThrottlingException") if asked == operation else None
    batch = kinesis_batch(crash(), crash(reason="Unhealthy"), b"poison")
    assert table.handle(batch) == [sequence_number(0), sequence_number(1)]
    # THEN it was tried, poison is set aside all the same, and one line says why
    assert len(stage.slept) == MAX_FAILURES - 1
    assert len(stage.dead_letters()) == 1
    groups, reason = why(caplog)
    assert groups == 2
    assert "ThrottlingException" in reason


@pytest.mark.parametrize(
    "code", ["ResourceNotFoundException", "AccessDeniedException", "UnrecognizedClientException"]
)
@pytest.mark.parametrize("operation", ["BatchGetItem", "PutItem"])
def test_what_another_try_would_see_again_hands_the_batch_back_at_once(
    stage: Stage, table: Table, code: str, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    table.answer = lambda asked, _: refuse(code) if asked == operation else None
    assert len(table.handle(kinesis_batch(crash(), crash(reason="Unhealthy")))) == 2
    assert (stage.slept, table.asked.count(operation)) == ([], 1)
    assert code in why(caplog)[1]


def test_an_item_that_the_table_will_never_take_sets_its_records_aside(stage: Stage, table: Table) -> None:
    # GIVEN a table that finds an item too large
    def answer(operation: str, body: dict[str, Any]) -> Response | None:
        return refuse("ValidationException") if table.asked.count("PutItem") == 1 else None

    table.answer = answer
    # WHEN
    assert table.handle(kinesis_batch(crash(), crash("api", reason="Unhealthy"))) == []
    # THEN the others are written
    [letter] = stage.dead_letters()
    assert b"cannot be written: An error occurred (ValidationException)" in letter
    assert stage.group().members.keys() == {"uid-of-api"}


def test_one_item_that_is_throttled_holds_up_no_other(stage: Stage, table: Table) -> None:
    # GIVEN a table that never takes one of two groups
    stage.handle(crash())
    hot = stage.group().key

    def answer(operation: str, body: dict[str, Any]) -> Response | None:
        throttles = operation == "PutItem" and body["Item"]["pk"]["S"] == hot
        return refuse("ProvisionedThroughputExceededException") if throttles else None

    table.answer = answer
    # WHEN
    failed = table.handle(kinesis_batch(crash(count=2), crash(reason="Unhealthy")))
    # THEN
    assert failed == [sequence_number(0)]
    assert len(stage.groups()) == 2


def test_an_answer_that_is_lost_is_no_second_write(stage: Stage, table: Table) -> None:
    # GIVEN a write that is done, and whose answer says that it is not
    def answer(operation: str, body: dict[str, Any]) -> Response | None:
        if operation != "PutItem" or table.asked.count("PutItem") > 1:
            return None
        table._pass_on(operation, body)
        return refuse("InternalServerError", 500)

    table.answer = answer
    assert table.handle(kinesis_batch(crash())) == []
    # THEN it was found as it is
    assert table.asked == ["BatchGetItem", "PutItem", "BatchGetItem"]
    assert stage.items()[stage.group().key].version == 1
    assert len(stage.valid_timers()) == 1


@pytest.mark.parametrize("operation", ["BatchGetItem", "PutItem"])
def test_a_table_that_hangs_costs_no_more_than_the_time_of_the_invocation(
    stage: Stage, table: Table, operation: str
) -> None:
    # GIVEN a table that takes as long as a call may take, and then fails
    def hang(asked: str, _: dict[str, Any]) -> Response | None:
        if asked != operation:
            return None
        stage.context.seconds -= ONE_TRY_SECONDS
        return refuse("InternalServerError", 500)

    table.answer = hang
    # WHEN
    failed = table.handle(sqs_batch(crash(), crash(reason="Unhealthy"), b"poison"), seconds=30)
    # THEN the poison is set aside, and there is time to say the rest
    assert failed == [message_id(0), message_id(1)]
    assert len(stage.dead_letters()) == 1
    assert stage.context.get_remaining_time_in_millis() > 0


def test_without_time_nothing_is_begun(stage: Stage, table: Table) -> None:
    assert table.handle(kinesis_batch(crash()), seconds=10) == [sequence_number(0)]
    assert table.asked == []


def test_writes_end_with_the_time_of_the_invocation(stage: Stage, table: Table) -> None:
    # GIVEN more groups than there is time to write
    stage.rules = stage.rules_of(route={"group_by": ["involvedObject.name"]})
    table.takes = 2.0
    # WHEN
    failed = table.handle(kinesis_batch(*(crash(f"web-{number}") for number in range(20))), seconds=40)
    # THEN what was written stays, what was not comes again, and that is said in time
    assert 0 < len(stage.groups()) < 20
    assert len(failed) == 20 - len(stage.groups())
    assert stage.context.get_remaining_time_in_millis() > 0


def test_a_wake_up_that_cannot_be_sent_leaves_its_group_as_it_was(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN a queue that somebody deleted
    stage.rules = stage.rules_of(route={"receivers": ["ops-mail", "sre-chime"]})
    stage.aws.sqs.delete_queue(QueueUrl=stage.queues["sre-chime"])
    # WHEN
    assert stage.handle(crash()) == [sequence_number(0)]
    # THEN
    assert [group.route.receiver for group in stage.groups().values()] == ["ops-mail"]
    assert "its wake-up was not sent" in why(caplog)[1]
