"""The AWS clients of the service, all for one endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_CONFIG = Config(
    retries={"max_attempts": 3, "mode": "standard"},
    max_pool_connections=64,  # every poller has a request open for most of its time
    connect_timeout=5,
    read_timeout=30,
    s3={"addressing_style": "path"},
)


class Clients:
    """Made in one thread (sessions are not thread-safe), used in many (clients are)."""

    def __init__(self, endpoint: str, region: str) -> None:
        session = boto3.Session(
            region_name=region,
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",  # noqa: S106
        )
        self.functions: LambdaClient = session.client("lambda", endpoint_url=endpoint, config=_CONFIG)
        self.kinesis: KinesisClient = session.client("kinesis", endpoint_url=endpoint, config=_CONFIG)
        self.s3: S3Client = session.client("s3", endpoint_url=endpoint, config=_CONFIG)
        self.sqs: SQSClient = session.client("sqs", endpoint_url=endpoint, config=_CONFIG)
