"""SQS: what a queue is set to, as Terraform reads it back."""

from __future__ import annotations

import json
from typing import Any

from moto.sqs.models import Queue, SQSBackend

from sandbox.aws.patches.replace import add, replace

_COUNTED = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)


def apply() -> None:
    """Put the patches in."""
    add(Queue, "redrive_allow_policy", None)
    replace(Queue, "BASE_ATTRIBUTES", _without_counts_and_with_allow_policy)
    replace(Queue, "attributes", _as_aws_writes_them)
    replace(Queue, "_set_attributes", _leaving_the_policy)
    replace(SQSBackend, "get_queue_attributes", _counting_when_asked)


def _without_counts_and_with_allow_policy(names: list[str]) -> list[str]:
    """moto does not know RedriveAllowPolicy, so Terraform waits for ever until it appears.

    The counts go: moto looks at all attributes with every message sent, and counting all messages each time
    makes a queue of 1,800 take 29 messages a second.
    """
    return [*(name for name in names if name not in _COUNTED), "RedriveAllowPolicy"]


def _as_aws_writes_them(attributes: property) -> property:
    """SQS answers JSON without blanks and leaves out what is not set; Terraform compares by letter."""

    def written(self: Any) -> dict[str, Any]:
        values: dict[str, Any] = attributes.__get__(self)
        written = {name: value for name, value in values.items() if value is not None}
        if redrive := written.get("RedrivePolicy"):
            policy = json.loads(redrive) if isinstance(redrive, str) else redrive
            written["RedrivePolicy"] = json.dumps(policy, separators=(",", ":"))
        return written

    return property(written)


def _leaving_the_policy(set_attributes: Any) -> Any:
    """SetQueueAttributes changes what it names; in moto it also erases the policy of a queue."""

    def leaving(self: Any, attributes: dict[str, Any], now: float | None = None) -> None:
        before = self.policy if hasattr(self, "_policy_json") else None
        set_attributes(self, attributes, now)
        if "Policy" not in attributes:
            self.policy = before

    return leaving


def _counting_when_asked(get_queue_attributes: Any) -> Any:
    """The counterpart of taking the counts out of the attributes."""

    def counting(self: Any, queue_name: str, attribute_names: list[str]) -> dict[str, Any]:
        plain = [name for name in attribute_names if name not in _COUNTED]
        found: dict[str, Any] = dict(get_queue_attributes(self, queue_name, plain)) if plain else {}
        queue = self.get_queue(queue_name)
        for name in _COUNTED:
            if name in attribute_names or "All" in attribute_names:
                found[name] = _count(queue, name)
        return found

    return counting


def _count(queue: Any, name: str) -> int:
    """As SQS tells them apart: a message is delayed, or in flight, or waiting."""
    with queue._messages_lock:
        if name == "ApproximateNumberOfMessagesDelayed":
            return sum(message.delayed for message in queue._messages)
        if name == "ApproximateNumberOfMessagesNotVisible":
            return sum(not message.visible and not message.delayed for message in queue._messages)
        return sum(message.visible and not message.delayed for message in queue._messages)
