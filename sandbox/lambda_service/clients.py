"""The AWS clients of the service, all for one endpoint."""

from __future__ import annotations

import functools
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
        make = functools.partial(
            _session().client,
            region_name=region,
            endpoint_url=endpoint,
            config=_CONFIG,
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",  # noqa: S106 - the stand-in takes any
        )
        self.functions: LambdaClient = make("lambda")
        self.kinesis: KinesisClient = make("kinesis")
        self.s3: S3Client = make("s3")
        self.sqs: SQSClient = make("sqs")


@functools.cache
def _session() -> boto3.Session:
    """One for all: it is what has read the services' descriptions, half a second for these four."""
    return boto3.Session()
