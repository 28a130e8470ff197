"""What the functions ask of AWS, on moto and, where a Docker engine is there, on LocalStack."""

from __future__ import annotations

from uuid import uuid4

import pytest

from lambdas.common.config import ConfigError, read_config
from tests.fixtures.aws import Aws


def test_configuration_is_read_by_its_hash(any_aws: Aws) -> None:
    # GIVEN
    bucket = any_aws.bucket(f"config-{uuid4()}")
    key = any_aws.configuration(bucket, "rules", b'{"compiledVersion": 1}')
    # WHEN / THEN
    assert read_config(any_aws.s3, bucket=bucket, key=key) == b'{"compiledVersion": 1}'


def test_configuration_that_is_not_what_its_key_says_is_refused(any_aws: Aws) -> None:
    # GIVEN an object that somebody changed in place
    bucket = any_aws.bucket(f"config-{uuid4()}")
    key = any_aws.configuration(bucket, "rules", b"{}")
    any_aws.s3.put_object(Bucket=bucket, Key=key, Body=b"[]")
    # WHEN / THEN
    with pytest.raises(ConfigError, match="is not what its key says"):
        read_config(any_aws.s3, bucket=bucket, key=key)


def test_missing_configuration_is_named(any_aws: Aws) -> None:
    bucket = any_aws.bucket(f"config-{uuid4()}")
    with pytest.raises(ConfigError, match=rf"s3://{bucket}/rules/0\.json cannot be read: .*NoSuchKey"):
        read_config(any_aws.s3, bucket=bucket, key="rules/0.json")
