"""The AWS session of whoever runs a command."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import boto3


def aws_session(region: str | None, profile: str | None) -> boto3.Session:
    """A session, which may know neither region nor credentials: what that means is the caller's to say.

    Args:
        region: as given; empty or None takes AWS_REGION, then AWS' own order.
        profile: of the AWS configuration; empty or None takes AWS' own order.

    Raises:
        BotoCoreError: there is no such profile, or the configuration cannot be read.
    """
    import boto3  # takes 150 ms, which `rules check` need not wait for

    # botocore itself reads AWS_DEFAULT_REGION only.
    return boto3.Session(
        region_name=region or os.environ.get("AWS_REGION") or None, profile_name=profile or None
    )
