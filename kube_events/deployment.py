"""Where the things of a deployment are: Terraform names them all after its variable `name`."""

from __future__ import annotations

import argparse
import re
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING

from kube_events.errors import CommandError
from kube_events.reindex.aws import aws_calls, session

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

DEFAULT_NAME = "kube-events"
"""As in infra/variables.tf."""

CONSUMERS = ("filter_events", "index_events")
"""The functions that read events, as their dead letters call them."""

DEAD = "-dead"
"""What the name of a dead-letter queue has behind that of its queue."""

PERMISSIONS = {
    "CancelMessageMoveTask": "sqs:CancelMessageMoveTask",
    "ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "DeleteMessage": "sqs:DeleteMessage",
    "DeleteObject": "s3:DeleteObject",
    "GetItem": "dynamodb:GetItem",
    "GetObject": "s3:GetObject",
    "GetQueueAttributes": "sqs:GetQueueAttributes",
    "GetQueueUrl": "sqs:GetQueueUrl",
    "HeadObject": "s3:GetObject",
    "Invoke": "lambda:InvokeFunction",
    "ListMessageMoveTasks": "sqs:ListMessageMoveTasks",
    "ListObjectsV2": "s3:ListBucket",
    "ListQueues": "sqs:ListQueues",
    "PutItem": "dynamodb:PutItem",
    "PutRecord": "firehose:PutRecord",
    "Query": "dynamodb:Query",
    "ReceiveMessage": "sqs:ReceiveMessage",
    "SendMessage": "sqs:SendMessage",
    "StartMessageMoveTask": "sqs:StartMessageMoveTask",
    "UpdateItem": "dynamodb:UpdateItem",
}
"""What each call of silence, dead-letters and send needs; docs/operating.md says which command makes it.
Everybody may ask who he is (GetCallerIdentity)."""

_NAME = re.compile(r"[a-z][a-z0-9-]{2,23}")


class Deployment:
    """One deployment, as whoever runs the command sees it."""

    def __init__(self, session: boto3.Session, name: str = DEFAULT_NAME) -> None:
        self.name = name
        self.session = session

    @cached_property
    def sqs(self) -> SQSClient:
        """SQS."""
        with asking("AWS configuration"):
            return self.session.client("sqs")

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        with asking("AWS configuration"):
            return self.session.client("s3")

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """DynamoDB."""
        with asking("AWS configuration"):
            return self.session.client("dynamodb")

    @property
    def table(self) -> str:
        """Name of the state table."""
        return f"{self.name}-state"

    @cached_property
    def bucket(self) -> str:
        """Name of the bucket of configuration and dead letters.

        Raises:
            AwsError: AWS does not say whose credentials these are.
        """
        with asking("AWS credentials"):
            account = self.session.client("sts").get_caller_identity()["Account"]
        return f"{self.name}-{account}-{self.session.region_name}"

    def function(self, consumer: str) -> str:
        """Name of a function, and of its queue where the transport is EventBridge."""
        return f"{self.name}-{consumer.replace('_', '-')}"

    @property
    def archive(self) -> str:
        """Name of the archive's delivery stream, and first part of that of its dead-letter queue."""
        return f"{self.name}-archive"

    def receiver_queue(self, receiver: str) -> str:
        """Name of a receiver's queue."""
        return f"{self.name}-receiver-{receiver}"

    def receivers(self) -> tuple[str, ...]:
        """The receivers, by their dead-letter queues.

        Raises:
            AwsError: the queues may not be listed.
        """
        names = set(self._queues(self.receiver_queue("")))
        # A receiver may itself be called `…-dead`: what is a dead-letter queue has its queue beside it.
        dead = (name.removesuffix(DEAD) for name in names if name.endswith(DEAD))
        return tuple(sorted(each.removeprefix(self.receiver_queue("")) for each in dead if each in names))

    def known_receiver(self, name: str) -> str:
        """The same name, if there is such a receiver.

        Raises:
            CommandError: there is none; it names those that there are.
            AwsError: the queues may not be listed.
        """
        from eventcore.rules.nearest import one_of

        receivers = self.receivers()
        if not receivers:
            raise CommandError([f"{self.name}: no receiver's queue in {self.session.region_name}: {_WHERE}"])
        if name not in receivers:
            raise CommandError([f"--receiver {name}: expected {one_of(receivers, name)}"])
        return name

    def queue_url(self, name: str) -> str:
        """The queue's address.

        Raises:
            AwsError: there is no such queue, or its address may not be asked for.
        """
        with asking(f"the queue {name}"):
            return self.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def find_queue(self, name: str) -> str | None:
        """The queue's address, None if there is no such queue.

        Raises:
            AwsError: its address may not be asked for.
        """
        with asking(f"the queue {name}"):
            try:
                return self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
            except self.sqs.exceptions.QueueDoesNotExist:
                return None

    def _queues(self, prefix: str) -> list[str]:
        with asking(f"the queues {prefix}*"):
            # Without MaxResults SQS gives one page of a thousand, and no token for more.
            pages = self.sqs.get_paginator("list_queues").paginate(
                QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000}
            )
            return [url.rpartition("/")[2] for page in pages for url in page.get("QueueUrls", ())]


_WHERE = "--name is Terraform's `name`, --region and --profile say where"


def add_deployment_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says which deployment is meant."""
    where = parser.add_argument_group("deployment")
    where.add_argument(
        "--name", type=_name, default=DEFAULT_NAME, help="Terraform's `name` (default: %(default)s)"
    )
    where.add_argument("--region", help="of AWS (default: AWS' own order)")
    where.add_argument("--profile", help="of the AWS configuration (default: AWS' own order)")


def deployment_of(arguments: argparse.Namespace) -> Deployment:
    """The deployment that the arguments name.

    Raises:
        AwsError: no such profile, no region, no credentials.
    """
    return Deployment(session(arguments.region, arguments.profile), arguments.name)


def asking(what: str) -> AbstractContextManager[None]:
    """Turn what botocore raises into an `AwsError` about `what`, with the permission that is missing."""
    return aws_calls(what, PERMISSIONS)


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r}: expected Terraform's `name`: 3 to 24 small letters, digits and hyphens"
        )
    return text
