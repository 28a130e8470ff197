"""Which channel a receiver has. A new channel: a file beside this one, a type of receiver, a case here."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lambdas.common.receivers import AnyReceiver, ChimeReceiver, DingTalkReceiver, SnsReceiver
from lambdas.notify.channels.channel import Channel
from lambdas.notify.channels.chime import Chime
from lambdas.notify.channels.dingtalk import DingTalk
from lambdas.notify.channels.dingtalk_message import Mentions
from lambdas.notify.channels.sns import Sns

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

    from lambdas.notify.secrets import Secrets
    from lambdas.notify.webhook import Webhooks


class UnknownChannelError(LookupError):
    """A receiver is of a type that has no channel; the message names those that have one."""


class Channels:
    """Makes the channel of a receiver out of what all channels share."""

    def __init__(
        self,
        *,
        sns: SNSClient,
        secrets: Secrets,
        webhooks: Webhooks,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._sns = sns
        self._secrets = secrets
        self._webhooks = webhooks
        self._now = now

    def channel_of(self, receiver: AnyReceiver) -> Channel:
        """The receiver's channel.

        Raises:
            UnknownChannelError: nothing here speaks to that type of receiver.
        """
        match receiver:
            case SnsReceiver():
                return Sns(client=self._sns, topic_arn=receiver.topic_arn)
            case DingTalkReceiver():
                return DingTalk(
                    secrets=self._secrets,
                    secret_arn=receiver.secret_arn,
                    webhooks=self._webhooks,
                    mentions=Mentions(
                        mobiles=receiver.at_mobiles,
                        user_ids=receiver.at_user_ids,
                        everybody=receiver.at_all,
                    ),
                    now=self._now,
                )
            case ChimeReceiver():
                return Chime(secrets=self._secrets, secret_arn=receiver.secret_arn, webhooks=self._webhooks)
            case other:
                raise UnknownChannelError(
                    f"{type(other).__name__} has no channel: the types are sns, dingtalk, chime"
                )
