"""How the functions call AWS: bounded waits, few retries, no client without them."""

from __future__ import annotations

from botocore.config import Config

AWS_CALLS = Config(
    # Inside a region a connection takes milliseconds, or a second if a packet is lost; botocore's 60 s would
    # outlive the function.
    connect_timeout=2,
    # S3, SQS, SNS, DynamoDB and Secrets Manager answer small requests in well under a second.
    read_timeout=4,
    retries={"mode": "standard", "total_max_attempts": 3},
    # A frozen execution environment comes back with connections that died meanwhile.
    tcp_keepalive=True,
)
"""Worst case of one call: three tries and two back-offs, about 21 s. For what a function cannot go on
without."""

ONE_TRY = AWS_CALLS.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
"""For what is tried again above botocore, where it is known how much time is left, or where a second request
would do something a second time."""

ONE_TRY_SECONDS = 6.0
"""Worst case of one call with ONE_TRY: it connects, and then waits for an answer."""
