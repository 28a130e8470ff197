"""Versions of items, over moto's DynamoDB and over one that is played."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from eventcore.backoff import Backoff
from lambdas.common.aws_calls import AWS_CALLS, ONE_TRY
from lambdas.common.state_table import MAX_ATTEMPTS, Item, StateTable
from lambdas.common.time_budget import NoTimeLeftError, TimeBudget
from tests.fixtures.aws import Aws, LambdaContext
from tests.fixtures.receivers import Clock
from tests.fixtures.state_table import TABLE, create_table


@pytest.fixture
def table(aws: Aws, clock: Clock) -> StateTable:
    client = boto3.client("dynamodb", config=ONE_TRY)
    create_table(client)
    return StateTable(client, table=TABLE, now=clock)


def write(
    table: StateTable, clock: Clock, state: bytes = b"a", key: str = "group#a", version: int = 0
) -> bool:
    return table.write(key, state, version=version, expires=clock.now + 100)


def test_what_is_not_there_is_absent(table: StateTable) -> None:
    assert table.read(["group#a"]) == {}
    assert table.read([]) == {}


def test_each_write_counts_the_version_up(table: StateTable, clock: Clock) -> None:
    assert write(table, clock)
    assert write(table, clock, b"b", version=1)
    assert table.read(["group#a", "group#a", "group#b"]) == {"group#a": Item("group#a", 2, b"b")}


@pytest.mark.parametrize("version", [0, 1, 3])
def test_who_has_read_another_version_changes_nothing(table: StateTable, clock: Clock, version: int) -> None:
    # GIVEN an item in its second version
    write(table, clock)
    write(table, clock, b"b", version=1)
    # WHEN / THEN
    assert not write(table, clock, b"c", version=version)
    assert table.read(["group#a"])["group#a"].state == b"b"


def test_a_put_that_botocore_repeats_is_no_conflict(table: StateTable, clock: Clock) -> None:
    assert write(table, clock)
    assert write(table, clock)
    assert table.read(["group#a"])["group#a"].version == 1


def test_what_has_expired_is_absent_although_it_is_there(table: StateTable, clock: Clock) -> None:
    # GIVEN
    write(table, clock)
    clock.advance(102)
    # THEN nobody sees it, and it is no conflict
    assert table.read(["group#a"]) == {}
    assert write(table, clock, b"b")
    assert table.read(["group#a"]) == {"group#a": Item("group#a", 1, b"b")}


def test_a_record_of_another_kind_is_not_ours(table: StateTable) -> None:
    boto3.client("dynamodb").put_item(
        TableName=TABLE, Item={"pk": {"S": "delivery#a"}, "expires": {"N": "9999999999"}}
    )
    assert table.read(["delivery#a"]) == {}


def test_more_keys_than_one_call_takes_are_several(table: StateTable, clock: Clock) -> None:
    keys = [f"group#{number}" for number in range(201)]
    for key in keys[::20]:
        write(table, clock, key=key)
    assert list(table.read(keys)) == keys[::20]


class Throttled:
    """Plays BatchGetItem: of each call it comes to the first `processes` keys only."""

    def __init__(self, http: HTTPServer, clock: Clock) -> None:
        self.processes = 40
        self.calls: list[int] = []
        self.slept: list[float] = []
        http.expect_request("/", method="POST").respond_with_handler(self._handle)
        client = boto3.client("dynamodb", endpoint_url=http.url_for("/"), config=ONE_TRY)
        self.table = StateTable(
            client,
            table=TABLE,
            now=clock,
            sleep=self.slept.append,
            backoff=Backoff(base=1.0, cap=4.0, draw=lambda: 1.0),
        )

    def _handle(self, request: Request) -> Response:
        [(table, asked)] = request.get_json(force=True)["RequestItems"].items()
        assert asked["ConsistentRead"] is True
        keys = asked["Keys"]
        self.calls.append(len(keys))
        answer: dict[str, Any] = {"Responses": {table: [_stored(key) for key in keys[: self.processes]]}}
        if keys[self.processes :]:
            answer["UnprocessedKeys"] = {table: {**asked, "Keys": keys[self.processes :]}}
        return Response(json.dumps(answer), content_type="application/x-amz-json-1.0")


def _stored(key: dict[str, Any]) -> dict[str, Any]:
    state = b64encode(b"x").decode()
    return {**key, "version": {"N": "1"}, "state": {"B": state}, "expires": {"N": "9999999999"}}


@pytest.fixture
def throttled(aws: Aws, httpserver: HTTPServer, clock: Clock) -> Throttled:
    return Throttled(httpserver, clock)


def test_what_a_call_does_not_come_to_is_asked_for_again(throttled: Throttled) -> None:
    keys = [f"group#{number}" for number in range(110)]
    assert throttled.table.read(keys).keys() == set(keys)
    assert throttled.calls == [100, 70, 30]
    assert throttled.slept == []


def test_a_table_that_comes_to_nothing_is_left_alone_after_a_while(throttled: Throttled) -> None:
    throttled.processes = 0
    with pytest.raises(
        ClientError, match=r"ProvisionedThroughputExceededException.*1 keys stayed unprocessed"
    ):
        throttled.table.read(["group#a"])
    assert len(throttled.calls) == MAX_ATTEMPTS
    assert throttled.slept == [1.0, 2.0, 4.0, 4.0, 4.0]


def test_no_call_is_begun_that_could_outlast_the_invocation(throttled: Throttled) -> None:
    with pytest.raises(NoTimeLeftError):
        throttled.table.read(["group#a"], TimeBudget(LambdaContext(8)))
    assert throttled.calls == []


def test_a_missing_table_is_said(aws: Aws) -> None:
    table = StateTable(boto3.client("dynamodb", config=AWS_CALLS), table="not-there")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        table.read(["group#a"])
