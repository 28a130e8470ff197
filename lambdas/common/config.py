"""Configuration in S3, each object under a key that holds its SHA-256.

The key is in the function's environment, so a change is a new version of the function and can be rolled back.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class ConfigError(Exception):
    """An object with configuration cannot be used; the message names it and says why.

    Raised while the handler's module is imported, it is what Lambda reports as the failure of the init phase.
    """


def read_config(s3: S3Client, *, bucket: str, key: str) -> bytes:
    """The object's bytes.

    Raises:
        ConfigError: the object cannot be read, or its SHA-256 is not the one in its key.
    """
    try:
        data = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (BotoCoreError, ClientError) as error:
        raise ConfigError(f"s3://{bucket}/{key} cannot be read: {error}") from None
    expected, found = PurePosixPath(key).stem, sha256(data).hexdigest()
    if found != expected:
        raise ConfigError(f"s3://{bucket}/{key} is not what its key says: its SHA-256 is {found}")
    return data
