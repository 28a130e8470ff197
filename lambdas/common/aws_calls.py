"""How the functions call AWS: bounded waits, few retries, no client without them."""

from __future__ import annotations

from botocore.config import Config

AWS_CALLS = Config(
    # Inside a region a connection takes milliseconds; botocore's 60 s would outlive the function.
    connect_timeout=2,
    # S3, SQS, DynamoDB and Secrets Manager answer small requests in well under a second.
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    # A frozen execution environment comes back with connections that died meanwhile.
    tcp_keepalive=True,
)
"""Worst case of one call: three attempts of 7 s and two back-offs, about 23 s."""
