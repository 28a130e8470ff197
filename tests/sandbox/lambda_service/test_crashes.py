"""A function that dies at a call of AWS, before or after AWS has done what was asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.lambda_service import Crashes, LambdaService
from tests.sandbox.lambda_service.account import REGION, Account

PUTS_TWO = """
    import boto3, json
    s3 = boto3.client("s3")
    def lambda_handler(event, context):
        for key in ("first", "second"):
            s3.put_object(Bucket=event["bucket"], Key=key, Body=b"x" * 3_000_000)
        return [s3.get_object(Bucket=event["bucket"], Key="first")["ContentLength"]]
    """


@pytest.fixture
def crashes() -> Crashes:
    return Crashes()


@pytest.fixture
def mortal(account: Account, runtime: Path, crashes: Crashes) -> Iterator[LambdaService]:
    """The service, with a gate before AWS."""
    with LambdaService(
        account.endpoint, account.zips, region=REGION, python=runtime, crashes=crashes
    ) as running:
        yield running


NAMES = """
    import boto3
    sns, sqs, dynamodb = boto3.client("sns"), boto3.client("sqs"), boto3.client("dynamodb")
    def lambda_handler(event, context):
        sns.list_topics(), sqs.list_queues(), dynamodb.list_tables()
    """


def keys(account: Account, bucket: str) -> list[str]:
    return [item["Key"] for item in account.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_a_function_behind_the_gate_gets_what_aws_answers(
    account: Account, mortal: LambdaService, crashes: Crashes
) -> None:
    # GIVEN
    name, bucket = account.deploy(PUTS_TWO), account.bucket()
    # WHEN
    result = mortal.invoke(name, json.dumps({"bucket": bucket}).encode())
    # THEN
    assert (result.ok, json.loads(result.payload)) == (True, [3_000_000])
    assert (crashes.calls(name), crashes.deaths(name)) == (3, ())


def test_it_dies_before_or_after_aws_has_heard_of_the_call_and_then_lives_on(
    account: Account, mortal: LambdaService, crashes: Crashes
) -> None:
    # GIVEN
    name, before, after = account.deploy(PUTS_TWO), account.bucket(), account.bucket()
    # WHEN
    crashes.plan(name, [2], "before")
    first = mortal.invoke(name, json.dumps({"bucket": before}).encode())
    crashes.plan(name, [2], "after")
    second = mortal.invoke(name, json.dumps({"bucket": after}).encode())
    third = mortal.invoke(name, json.dumps({"bucket": before}).encode())
    # THEN
    assert "Runtime.ExitError" in first.payload.decode()
    assert "Runtime.ExitError" in second.payload.decode()
    assert keys(account, after) == ["first", "second"]
    assert crashes.deaths(name) == (
        (f"PUT /{before}/second", "before"),
        (f"PUT /{after}/second", "after"),
    )
    # AND what was killed before the call is made good by the invocation after it
    assert third.ok
    assert keys(account, before) == ["first", "second"]


@pytest.mark.parametrize(("call", "name"), [(1, "ListTopics"), (2, "ListQueues"), (3, "ListTables")])
def test_it_is_known_of_which_call_it_died(
    account: Account, mortal: LambdaService, crashes: Crashes, call: int, name: str
) -> None:
    # GIVEN a function that speaks the query protocol and both JSON protocols
    function = account.deploy(NAMES)
    # WHEN
    crashes.plan(function, [call], "before")
    mortal.invoke(function)
    # THEN
    assert crashes.deaths(function) == ((name, "before"),)
