"""What exists in the account: the proof that `terraform destroy` leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3


class _Kind(NamedTuple):
    noun: str
    service: str
    operation: str
    """The list call; paginated where boto3 can."""
    items: str
    """The answer's field with the list."""
    name: str | None
    """The field of each item that names it; None where items are names."""


_KINDS = (
    _Kind("stream", "kinesis", "list_streams", "StreamNames", None),
    _Kind("bus", "events", "list_event_buses", "EventBuses", "Name"),
    _Kind("queue", "sqs", "list_queues", "QueueUrls", None),
    _Kind("topic", "sns", "list_topics", "Topics", "TopicArn"),
    _Kind("subscription", "sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    _Kind("function", "lambda", "list_functions", "Functions", "FunctionName"),
    _Kind("event source mapping", "lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    _Kind("table", "dynamodb", "list_tables", "TableNames", None),
    _Kind("bucket", "s3", "list_buckets", "Buckets", "Name"),
    _Kind("secret", "secretsmanager", "list_secrets", "SecretList", "Name"),
    _Kind("key alias", "kms", "list_aliases", "Aliases", "AliasName"),
    _Kind("role", "iam", "list_roles", "Roles", "RoleName"),
    _Kind("policy", "iam", "list_policies", "Policies", "Arn"),
    _Kind("log group", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    _Kind("alarm", "cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    _Kind("domain", "opensearch", "list_domain_names", "DomainNames", "DomainName"),
)

_AWS_OWN = ("bus default", "key alias alias/aws/")
"""Every account has these."""


def leftovers(client_settings: dict[str, Any]) -> tuple[str, ...]:
    """One line per thing, `<kind> <name>`, sorted. Keys that wait for their deletion do not count."""
    found = (f"{kind.noun} {name}" for kind in _KINDS for name in _names(kind, client_settings))
    others = (line for line in found if not line.startswith(_AWS_OWN))
    return tuple(sorted([*others, *(f"key {key}" for key in _live_keys(client_settings))]))


def _names(kind: _Kind, client_settings: dict[str, Any]) -> Iterator[str]:
    client = boto3.client(kind.service, **client_settings)  # type: ignore[call-overload]
    if client.can_paginate(kind.operation):
        pages = client.get_paginator(kind.operation).paginate()
    else:
        pages = [getattr(client, kind.operation)()]
    for page in pages:
        for item in page.get(kind.items, ()):
            yield item if kind.name is None else item[kind.name]


def _live_keys(client_settings: dict[str, Any]) -> Iterator[str]:
    client = boto3.client("kms", **client_settings)
    for page in client.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            aliases = client.list_aliases(KeyId=key["KeyId"])["Aliases"]
            aws_own = any(alias["AliasName"].startswith("alias/aws/") for alias in aliases)
            if (
                not aws_own
                and client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] != "PendingDeletion"
            ):
                yield key["KeyId"]
