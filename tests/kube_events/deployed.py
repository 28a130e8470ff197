"""A deployment as Terraform makes it: table, bucket and the queues of receivers, empty."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from kube_events.__main__ import main
from tests.fixtures.aws import REGION, Aws
from tests.fixtures.state_table import create_table

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
BUCKET = f"kube-events-{ACCOUNT}-{REGION}"


class Deployed:
    """What people's commands work on."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.dynamodb = boto3.client("dynamodb")
        create_table(self.dynamodb)
        aws.bucket(BUCKET)
        aws.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

    def add_receiver(self, name: str) -> str:
        """Its two queues; returns the URL of its queue."""
        return self._pair(f"kube-events-receiver-{name}")

    def add_function_queue(self, function: str) -> str:
        """The queues of a function that reads from EventBridge; returns the URL of its queue."""
        return self._pair(f"kube-events-{function}")

    def dead(self, url: str) -> str:
        """URL of the queue's dead-letter queue."""
        return f"{url}-dead"

    def _pair(self, name: str) -> str:
        url, dead = self.aws.queue(name), self.aws.queue(f"{name}-dead")
        target = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}-dead"
        policy = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 241})
        self.aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
        assert self.dead(url) == dead
        return url


@pytest.fixture
def deployed(aws: Aws) -> Deployed:
    """Without receivers."""
    return Deployed(aws)


class Said:
    """What one run of the command printed, and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def lines(self) -> list[str]:
        """Of standard output."""
        return self.out.splitlines()


Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("silence", "list")`: the command in this process."""

    def run(*argv: str) -> Said:
        code = main(argv)
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return run
