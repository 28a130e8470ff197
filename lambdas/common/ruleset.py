"""The compiled rules, as two functions load them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventcore.rules import Ruleset, decode_compiled
from lambdas.common.config import ConfigError, read_config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def load_rules(s3: S3Client, *, bucket: str, key: str) -> Ruleset:
    """The rules that `kube-events rules check` compiled.

    Raises:
        ConfigError: the object cannot be read, is not what its key says, or holds no compiled rules.
    """
    data = read_config(s3, bucket=bucket, key=key)
    try:
        return Ruleset(decode_compiled(data))
    except ValueError as error:
        raise ConfigError(f"s3://{bucket}/{key}: {error}") from None
