"""The counting endpoint, by the SDK that it is made for."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError
from urllib3.exceptions import HTTPError

from sandbox.kinesis_endpoint import KinesisEndpoint, KinesisEndpointProcess
from sandbox.kinesis_endpoint.faults import Faults, Throttle

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef


@pytest.fixture
def endpoint() -> Iterator[KinesisEndpoint]:
    with KinesisEndpoint() as server:
        yield server


def client_of(url: str) -> KinesisClient:
    return boto3.client(
        "kinesis",
        region_name="eu-west-1",
        endpoint_url=url,
        aws_access_key_id="invented",
        aws_secret_access_key="invented",
        config=Config(retries={"total_max_attempts": 1}),
    )


def entries(*versions: int) -> list[PutRecordsRequestEntryTypeDef]:
    data = '{{"metadata":{{"uid":"a","resourceVersion":"{}"}}}}'
    return [{"Data": data.format(version).encode(), "PartitionKey": '"Data":'} for version in versions]


def test_what_is_delivered_twice_or_not_at_all_is_in_the_account(endpoint: KinesisEndpoint) -> None:
    # GIVEN
    client = client_of(endpoint.url)
    answer = client.put_records(StreamName="bench", Records=entries(1, 2, 3))
    client.put_records(StreamName="bench", Records=entries(3, 99))
    client.put_record(StreamName="bench", Data=b"no event", PartitionKey="a")
    client.put_record(StreamName="bench", Data=entries(4)[0]["Data"], PartitionKey="a")
    # WHEN
    account = endpoint.ledger.account(first=1, last=5, since=0)
    # THEN
    assert (answer["FailedRecordCount"], len(answer["Records"])) == (0, 3)
    assert endpoint.ledger.accepted == 7
    assert (account.delivered, account.lost, account.duplicated) == (4, 1, 1)
    assert (account.other, account.calls, account.refused) == (2, 4, 0)


def test_delays_count_from_the_time_at_which_each_event_was_written() -> None:
    with KinesisEndpoint(now=lambda: 110.0) as endpoint:
        client_of(endpoint.url).put_records(StreamName="bench", Records=entries(1, 2, 3, 4, 5))
        at_once = endpoint.ledger.account(first=1, last=5, since=100)
        one_by_one = endpoint.ledger.account(first=1, last=5, since=100, per_second=2)
    assert (at_once.median, at_once.p99, at_once.last) == (10, 10, 10)
    assert (one_by_one.median, one_by_one.p99, one_by_one.last) == (9, 10, 10)


def test_nothing_delivered_has_no_delays(endpoint: KinesisEndpoint) -> None:
    account = endpoint.ledger.account(first=1, last=5, since=0)
    assert (account.delivered, account.lost) == (0, 5)
    assert account.median is account.p99 is account.last is None


def test_one_shard_takes_so_many_records_a_second_and_says_which_it_did_not() -> None:
    # GIVEN a shard's limit, whose bucket is full
    seconds = [0.0]
    throttle = Throttle(Faults(records_per_second=1000), clock=lambda: seconds[0])
    # THEN
    assert throttle.refused(900) == frozenset()
    assert throttle.refused(300) == frozenset(range(100, 300))
    seconds[0] = 0.5
    assert len(throttle.refused(600)) == 100


def test_a_share_of_the_records_is_told_to_come_again(endpoint: KinesisEndpoint) -> None:
    # GIVEN
    endpoint.behave(Faults(throttled_share=0.5))
    client = client_of(endpoint.url)
    # WHEN
    answer = client.put_records(StreamName="bench", Records=entries(*range(100)))
    # THEN
    codes = {each.get("ErrorCode") for each in answer["Records"]}
    assert codes == {None, "ProvisionedThroughputExceededException"}
    assert 0 < answer["FailedRecordCount"] < 100
    account = endpoint.ledger.account(first=0, last=99, since=0)
    assert account.lost == account.refused == answer["FailedRecordCount"]
    endpoint.behave(Faults(throttled_share=1))
    with pytest.raises(ClientError, match="ProvisionedThroughput"):
        client.put_record(StreamName="bench", Data=b"", PartitionKey="a")


def test_while_it_is_down_it_refuses_connections_and_then_it_is_there_again(
    endpoint: KinesisEndpoint,
) -> None:
    # GIVEN a connection that is open
    client = client_of(endpoint.url)
    client.put_records(StreamName="bench", Records=entries(1))
    # WHEN
    endpoint.go_down(0.3)
    # THEN
    with pytest.raises((EndpointConnectionError, ConnectionClosedError)):
        client.put_records(StreamName="bench", Records=entries(2))
    deadline = time.monotonic() + 30
    while endpoint.ledger.accepted < 2 and time.monotonic() < deadline:
        try:
            client.put_records(StreamName="bench", Records=entries(2))
        except EndpointConnectionError:
            continue
    assert endpoint.ledger.account(first=1, last=2, since=0).delivered == 2


def test_as_an_https_proxy_it_answers_in_the_name_of_kinesis_and_goes_down_all_the_same(
    endpoint: KinesisEndpoint, tmp_path: Path
) -> None:
    # GIVEN a client that knows no other endpoint than Kinesis' own
    bundle = endpoint.impersonate("kinesis.eu-west-1.amazonaws.com", tmp_path)
    proxy = urllib3.ProxyManager(endpoint.url, ca_certs=str(bundle), retries=False)
    body = b'{"Data":"%b","PartitionKey":"a"}' % b64encode(b'{"metadata":{"uid":"a","resourceVersion":"1"}}')

    def put() -> int:
        headers = {"X-Amz-Target": "Kinesis_20131202.PutRecord"}
        url = "https://kinesis.eu-west-1.amazonaws.com/"
        return proxy.request("POST", url, body=body, headers=headers).status

    # WHEN
    assert put() == 200
    endpoint.go_down(60)
    # THEN
    with pytest.raises(HTTPError):
        put()
    assert endpoint.ledger.account(first=1, last=1, since=0).delivered == 1


def test_the_stream_can_be_asked_for(endpoint: KinesisEndpoint) -> None:
    summary = client_of(endpoint.url).describe_stream_summary(StreamName="bench")
    assert summary["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE"


def test_in_a_process_of_its_own_it_does_the_same() -> None:
    with KinesisEndpointProcess(Faults(latency=0.001)) as process:
        client_of(process.url).put_records(StreamName="bench", Records=entries(1, 2))
        assert process.accepted == 2
        process.go_down(0.01)
        process.behave(Faults())
        account = process.account(first=1, last=2, since=time.time())
    assert (account.delivered, account.lost) == (2, 0)
