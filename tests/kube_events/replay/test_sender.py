"""How batches are sent: at a rate, again where it helps, and not for ever."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import boto3
import pytest

from eventcore.backoff import Backoff
from kube_events.errors import CommandError
from kube_events.reindex.found import Found, Mark
from kube_events.reindex.function import IndexFunction, size_of
from kube_events.reindex.rate import Rate
from kube_events.reindex.sender import PATIENCE, Sender
from kube_events.reindex.tally import Tally
from tests.fixtures.aws import Aws
from tests.fixtures.receivers import Clock
from tests.kube_events.index_function import (
    FUNCTION,
    IndexFunctionServer,
    answered,
    crashed,
    refused,
)

THROTTLED = refused(429, "TooManyRequestsException", "Rate Exceeded.")


class Sending:
    """A sender over the fake Lambda, and what it said."""

    def __init__(self, clock: Clock, rate: float | None = None) -> None:
        self.tally = Tally()
        self.said: list[str] = []
        self.sender = Sender(
            IndexFunction(boto3.Session(), FUNCTION),
            self.tally,
            Rate(rate, sleep=clock.advance, clock=clock),
            say=self.said.append,
            backoff=Backoff(base=1.0, cap=30.0, draw=lambda: 1.0),
            sleep=clock.advance,
            clock=clock,
        )

    def send(self, batch: Sequence[Found]) -> None:
        self.sender.send(batch)


def batch(number: int) -> list[Found]:
    arrived = datetime(2026, 11, 21, tzinfo=UTC)
    return [Found(Mark("s", str(each)), f"s:{each}", "arn:stream", arrived, b"{}") for each in range(number)]


@pytest.fixture
def sending(index_function: IndexFunctionServer, clock: Clock) -> Sending:
    return Sending(clock)


def test_a_record_looks_as_lambda_hands_it_over(
    sending: Sending, index_function: IndexFunctionServer
) -> None:
    sending.send(batch(1))
    [[record]] = index_function.batches
    assert record == {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "replay",
            "sequenceNumber": "s:0",
            "data": "e30=",
            "approximateArrivalTimestamp": 1795219200.0,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": "s:0",
        "eventName": "aws:kinesis:record",
        "awsRegion": "eu-central-1",
        "eventSourceARN": "arn:stream",
    }
    assert len(json.dumps(record)) <= size_of(batch(1)[0])


def test_back_off_grows_and_begins_anew_with_progress(
    sending: Sending, index_function: IndexFunctionServer, clock: Clock
) -> None:
    before = clock.now
    index_function.answers(THROTTLED, THROTTLED, answered(["s:1"]), THROTTLED, answered([]))
    sending.send(batch(2))
    # 1 + 2 seconds before the first event is taken, then 1 for the one that is left, 2 for the throttling
    assert clock.now - before == 6
    assert (sending.tally.indexed, sending.tally.retries, sending.tally.invocations) == (2, 4, 2)
    assert "1 events are to come again" in sending.said[2]


def test_a_function_that_takes_nothing_ends_it_after_a_while(
    sending: Sending, index_function: IndexFunctionServer, clock: Clock
) -> None:
    before = clock.now
    index_function.answers(*([answered(["s:0"])] * 100))
    with pytest.raises(CommandError, match="nothing was written for 900 s: 1 events are to come again"):
        sending.send(batch(1))
    assert PATIENCE - 30 < clock.now - before <= PATIENCE


def test_a_function_that_crashes_again_and_again_ends_it_soon(
    sending: Sending, index_function: IndexFunctionServer
) -> None:
    index_function.answers(*([crashed("Runtime.ImportModuleError", "No module named\n'x'")] * 5))
    with pytest.raises(CommandError) as error:
        sending.send(batch(1))
    assert error.value.lines == (
        f"the function {FUNCTION} failed: Runtime.ImportModuleError: No module named 'x'",
    )


def test_a_function_that_runs_out_of_time_once_gets_the_batch_again(
    sending: Sending, index_function: IndexFunctionServer
) -> None:
    index_function.answers(crashed("Sandbox.Timedout", "Task timed out after 120.00 seconds"), answered([]))
    sending.send(batch(3))
    assert sending.tally.indexed == 3


def test_an_answer_that_never_comes_is_tried_again(
    sending: Sending, index_function: IndexFunctionServer, aws: Aws
) -> None:
    # 502 of something between us and Lambda
    index_function.answers(refused(502, "", "bad gateway"), answered([]))
    sending.send(batch(1))
    assert sending.tally.indexed == 1


def test_an_address_where_nobody_is_is_tried_again_for_a_while(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    # GIVEN
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:1")
    sending = Sending(clock)
    # WHEN
    with pytest.raises(CommandError, match="nothing was written for 900 s: Could not connect"):
        sending.send(batch(1))
    # THEN
    assert sending.tally.retries > 10
    assert sending.said[0].endswith("; again in 1 s")


def test_it_keeps_the_rate(index_function: IndexFunctionServer, clock: Clock) -> None:
    before = clock.now
    sending = Sending(clock, rate=10)
    for _ in range(4):
        sending.send(batch(10))
    assert clock.now - before == 3  # the first goes at once


def test_what_became_of_the_events_is_in_the_functions_log(
    sending: Sending, index_function: IndexFunctionServer
) -> None:
    metrics = '{"_aws":{},"DocumentsWritten":[3.0],"DocumentsTooOld":[1.0],"service":"index_events"}\n'
    index_function.answers(
        answered([], 'cut off: "DocumentsWritten":[9]}\n' + metrics + "REPORT RequestId: x\n"), answered([])
    )
    sending.send(batch(4))
    sending.send(batch(1))
    assert list(sending.tally.lines(dry_run=False))[1:] == [
        "5 events indexed in 2 invocations",
        "of these: 3 written, 0 already there, 1 older than the retention, 0 refused (dead letters), "
        "0 dropped by the rules (1 invocations did not say)",
    ]
