"""A function that sends itself messages, and Lambda's end of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from sandbox.lambda_service import LambdaService
from sandbox.lambda_service.lineage import MAX_ROUNDS, continued, rounds
from tests.sandbox.lambda_service.account import Account
from tests.sandbox.lambda_service.recorder import Recorder

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:notify"
OTHER = "arn:aws:lambda:eu-central-1:123456789012:function:filter"
SEND_THE_NEXT = (
    'import boto3; values[0][0] and boto3.client("sqs").send_message('
    "QueueUrl=values[0][1], MessageBody=json.dumps([values[0][0] - 1, values[0][1]]))"
)

Eventually = Callable[[Callable[[], bool]], None]


def test_a_lineage_counts_each_function_for_itself() -> None:
    header = continued([], ARN)
    assert (rounds([], ARN), rounds([header], ARN), rounds([header], OTHER)) == (0, 1, 0)
    both = continued([header], OTHER)
    assert (rounds([both], ARN), rounds([both], OTHER)) == (1, 1)
    assert rounds([continued([both, header], ARN)], ARN) == 2


def test_a_header_without_a_lineage_begins_one() -> None:
    assert rounds(["Root=1-6560-0;Sampled=0"], ARN) == 0


@pytest.mark.parametrize(("setting", "times"), [("Terminate", MAX_ROUNDS), ("Allow", 20)])
def test_a_loop_ends_after_sixteen_rounds_unless_the_function_may(
    account: Account,
    service: LambdaService,
    recorder: Callable[..., Recorder],
    eventually: Eventually,
    setting: Literal["Terminate", "Allow"],
    times: int,
) -> None:
    # GIVEN a function that sends itself a message, nineteen times in a row
    queue, function = account.queue(VisibilityTimeout="30"), recorder(SEND_THE_NEXT)
    account.functions.put_function_recursion_config(FunctionName=function.name, RecursiveLoop=setting)
    account.map_queue(queue, function.name)
    service.start_mappings()
    # WHEN
    account.send(queue, [19, account.url(queue)])
    # THEN it is called as often as it may be
    eventually(lambda: len(function.batches()) >= times)
    (stats,) = [one for one in service.stats() if one.function == function.name]
    if setting == "Terminate":
        eventually(lambda: "has called itself 16 times" in service_error(service, function.name))
        assert len(function.batches()) == MAX_ROUNDS
    else:
        eventually(lambda: service.idle(0.2))
        assert service.longest_chain(function.name) == 19
        assert (len(function.batches()), stats.failed_records) == (20, 0)


def service_error(service: LambdaService, function: str) -> str:
    return next(one.last_error for one in service.stats() if one.function == function)
