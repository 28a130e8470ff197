"""The receivers document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambdas.common.config import ConfigError
from lambdas.common.receivers import DingTalkReceiver, SnsReceiver, load_receivers
from tests.fixtures.aws import Aws

QUEUES = {
    "queue_url": "https://sqs.example.com/123456789012/q",
    "queue_arn": "arn:aws:sqs:eu-central-1:123456789012:q",
    "dead_letter_queue_url": "https://sqs.example.com/123456789012/q-dead",
}
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:kube-events-sre"


def load(aws: Aws, document: Any) -> Any:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    bucket = aws.bucket()
    return load_receivers(aws.s3, bucket=bucket, key=aws.configuration(bucket, "receivers", data))


def test_receivers_are_read_by_name_and_type(aws: Aws) -> None:
    receivers = load(
        aws,
        {
            "version": 1,
            "receivers": {
                "ops-mail": {
                    "type": "sns",
                    "topic_arn": "arn:aws:sns:eu-central-1:123456789012:ops",
                    **QUEUES,
                },
                "sre": {
                    "type": "dingtalk",
                    "secret_arn": SECRET,
                    "at_all": True,
                    "send_resolved": False,
                    **QUEUES,
                },
            },
        },
    )
    assert receivers == {
        "ops-mail": SnsReceiver(topic_arn="arn:aws:sns:eu-central-1:123456789012:ops", **QUEUES),
        "sre": DingTalkReceiver(secret_arn=SECRET, at_all=True, send_resolved=False, **QUEUES),
    }


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"{", "is no receivers document"),
        ({"version": 2, "receivers": {}}, r"\$\.version"),
        ({"version": 1, "receivers": {"a": {"type": "pager", **QUEUES}}}, "'pager'"),
        ({"version": 1, "receivers": {"a": {"type": "sns", **QUEUES}}}, "topic_arn"),
        ({"version": 1, "receivers": {"a": {"type": "chime", "secret_arn": SECRET}}}, "queue_url"),
        (
            {
                "version": 1,
                "receivers": {
                    "a": {"type": "chime", "secret_arn": SECRET, "messages_per_minute": 2, **QUEUES}
                },
            },
            r">= 3.*messages_per_minute",
        ),
    ],
)
def test_a_document_that_is_none_is_refused_with_its_place(aws: Aws, document: Any, reason: str) -> None:
    with pytest.raises(ConfigError, match=rf"s3://kube-events-config/receivers/.*{reason}"):
        load(aws, document)
