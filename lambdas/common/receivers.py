"""The receivers document: who can be told, through which queue and by which channel. Terraform writes it.

It holds no secret, only the ARNs of secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from lambdas.common.config import ConfigError, read_config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


RESERVE = 2
"""Messages a minute of a limit that stay free: for whom else the address hears from, and for a message that
is posted again with a newer secret."""


class Receiver(Struct, frozen=True, kw_only=True):
    """What every receiver has."""

    queue_url: str
    queue_arn: str
    dead_letter_queue_url: str
    send_resolved: bool = True
    """Whether a message says that a problem is over."""
    messages_per_minute: Annotated[int, Meta(gt=RESERVE)] | None = None
    """What its address takes, RESERVE of it kept free; None is what the channel is known for, if anything."""


class SnsReceiver(Receiver, frozen=True, kw_only=True, tag_field="type", tag="sns"):
    """An SNS topic, with mail subscriptions for example."""

    topic_arn: str


class DingTalkReceiver(Receiver, frozen=True, kw_only=True, tag_field="type", tag="dingtalk"):
    """A custom robot of a DingTalk group; the secret holds its URL and, if it signs, its signing key."""

    secret_arn: str
    at_mobiles: tuple[str, ...] = ()
    """Phone numbers that the robot mentions."""
    at_user_ids: tuple[str, ...] = ()
    """DingTalk's user ids that the robot mentions."""
    at_all: bool = False


class ChimeReceiver(Receiver, frozen=True, kw_only=True, tag_field="type", tag="chime"):
    """An incoming webhook of an Amazon Chime chat room; the secret holds its URL."""

    secret_arn: str


AnyReceiver = SnsReceiver | DingTalkReceiver | ChimeReceiver


class _Document(Struct, frozen=True):
    version: Literal[1]
    receivers: dict[str, AnyReceiver]


_documents = msgspec.json.Decoder(_Document)


def load_receivers(s3: S3Client, *, bucket: str, key: str) -> dict[str, AnyReceiver]:
    """The receivers by name.

    Raises:
        ConfigError: the object cannot be read, is not what its key says, or is no receivers document: not
            JSON, another version, an unknown type, or a field that the type needs is missing.
    """
    data = read_config(s3, bucket=bucket, key=key)
    try:
        return _documents.decode(data).receivers
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ConfigError(f"s3://{bucket}/{key} is no receivers document: {error}") from None
