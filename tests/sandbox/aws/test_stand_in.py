"""The local endpoint as a whole: its process, its account, and how patches get in."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from pytest_localstack.session import RunningSession

from sandbox.aws import AwsStandIn
from sandbox.aws.patches.replace import add, replace

Clients = Callable[[str], Any]

ROOT = Path(__file__).resolve().parents[3]


def answers(endpoint: str) -> bool:
    address = urlsplit(endpoint)
    with socket.socket() as probe:
        return probe.connect_ex((str(address.hostname), int(address.port or 0))) == 0


def test_two_endpoints_stand_side_by_side_and_know_nothing_of_each_other() -> None:
    with AwsStandIn() as one, AwsStandIn() as other:
        boto3.client("sqs", **one.client_settings).create_queue(QueueName="only-here")
        assert one.leftovers() == (
            "queue http://127.0.0.1:" + one.endpoint.rsplit(":", 1)[1] + "/123456789012/only-here",
        )
        assert other.leftovers() == ()
    assert not answers(one.endpoint)


def test_it_ends_with_whoever_started_it_even_if_that_is_killed() -> None:
    # GIVEN a process that starts an endpoint and is gone without a word
    code = """
import os
from sandbox.aws import AwsStandIn
aws = AwsStandIn()
aws.start()
print(aws.endpoint, flush=True)
os._exit(9)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    endpoint = ended.stdout.strip()
    # WHEN it has had a moment to notice
    deadline = time.monotonic() + 20
    while answers(endpoint) and time.monotonic() < deadline:
        time.sleep(0.05)
    # THEN
    assert ended.returncode == 9
    assert not answers(endpoint)


def test_nothing_of_a_users_own_configuration_gets_in(stand_in: AwsStandIn) -> None:
    assert stand_in.environ["AWS_ENDPOINT_URL"] == stand_in.endpoint
    assert stand_in.environ["AWS_ACCESS_KEY_ID"] == "testing"
    assert (
        stand_in.environ["AWS_CONFIG_FILE"] == stand_in.environ["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    )


def test_a_bucket_that_denies_unencrypted_connections_can_be_used(client: Clients, name: str) -> None:
    # GIVEN a policy as it belongs on every bucket
    s3 = client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    policy = """{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": "arn:aws:s3:::%s/*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"""
    s3.put_bucket_policy(Bucket=name, Policy=policy % name)
    # WHEN
    s3.put_object(Bucket=name, Key="k", Body=b"v")
    # THEN
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"v"


def test_a_key_that_waits_for_its_deletion_is_no_leftover(client: Clients, stand_in: AwsStandIn) -> None:
    kms = client("kms")
    key = kms.create_key(Description="of a test")["KeyMetadata"]["KeyId"]
    assert f"key {key}" in stand_in.leftovers()
    kms.schedule_key_deletion(KeyId=key)
    assert f"key {key}" not in stand_in.leftovers()


def test_pytest_localstack_attaches_to_it(stand_in: AwsStandIn) -> None:
    port = int(stand_in.endpoint.rsplit(":", 1)[1])
    with RunningSession("127.0.0.1", {"sqs": port, "kinesis": port}, region_name="eu-central-1") as session:
        assert session.endpoint_url("sqs") == stand_in.endpoint


class Service:
    """Stands for a class of moto."""

    def answer(self) -> str:
        """Something to patch."""
        return "moto's"


def test_a_patch_replaces_what_is_there() -> None:
    replace(Service, "answer", lambda original: lambda self: f"ours, not {original(self)}")
    assert Service().answer() == "ours, not moto's"


def test_a_patch_for_something_that_moto_no_longer_has_fails_at_start() -> None:
    with pytest.raises(AttributeError, match=r"moto has no .*Service\.question any more"):
        replace(Service, "question", lambda original: original)


def test_a_patch_that_moto_has_overtaken_fails_at_start() -> None:
    with pytest.raises(AttributeError, match="of its own by now"):
        add(Service, "answer", None)
