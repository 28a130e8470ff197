"""DingTalk: a custom robot of a group chat (自定义机器人).

Limits, from copies of DingTalk's page on custom robots: 20 messages a minute, then nothing for ten minutes;
20,000 bytes a message. A robot has at least one of three locks: keywords, a signature, a list of addresses.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from hmac import digest
from urllib.parse import quote_plus

from eventcore.notification import Notification
from lambdas.common.time_budget import TimeBudget
from lambdas.notify.channels.credentials import webhook_address, with_secret
from lambdas.notify.channels.dingtalk_answers import classify, may_be_a_stale_secret, wants_a_fresh_timestamp
from lambdas.notify.channels.dingtalk_message import NOBODY, Mentions, render
from lambdas.notify.channels.outcomes import Outcome, Unreachable
from lambdas.notify.secrets import Secrets, SigningSecret
from lambdas.notify.webhook import TRY_SECONDS, Webhooks

PER_MINUTE = 20
"""Messages that a robot takes in a minute; then it takes none for ten (DingTalk's page on custom robots)."""


class DingTalk:
    """One robot."""

    per_minute = PER_MINUTE

    def __init__(
        self,
        *,
        secrets: Secrets,
        secret_arn: str,
        webhooks: Webhooks,
        mentions: Mentions = NOBODY,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._secrets = secrets
        self._secret_arn = secret_arn
        self._webhooks = webhooks
        self._mentions = mentions
        self._now = now

    def address(self, budget: TimeBudget) -> str | Unreachable:
        """The robot's URL with its token, unsigned."""
        return webhook_address(self._secrets, self._secret_arn, SigningSecret, budget=budget)

    def deliver(self, notification: Notification, budget: TimeBudget) -> Outcome:
        """Tell the group once."""
        body = render(notification, self._mentions)

        def attempt(secret: SigningSecret) -> Outcome:
            outcome = self._post(secret, body)
            if wants_a_fresh_timestamp(outcome):
                # The environment was frozen between signing and sending: an hour is the robot's patience.
                budget.require(TRY_SECONDS)
                outcome = self._post(secret, body)
            return outcome

        return with_secret(
            self._secrets,
            self._secret_arn,
            SigningSecret,
            attempt,
            budget=budget,
            stale=may_be_a_stale_secret,
        )

    def _post(self, secret: SigningSecret, body: bytes) -> Outcome:
        url = signed(secret.url, secret.secret, round(self._now() * 1000)) if secret.secret else secret.url
        return classify(self._webhooks.post(url, body))


def signed(url: str, secret: str, timestamp: int) -> str:
    """The URL with the time in milliseconds and the signature for it."""
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}timestamp={timestamp}&sign={quote_plus(signature(secret, timestamp))}"


def signature(secret: str, timestamp: int) -> str:
    """Base64 of HMAC-SHA256 over `<timestamp in ms>\\n<secret>` with the secret as the key."""
    return b64encode(digest(secret.encode(), f"{timestamp}\n{secret}".encode(), sha256)).decode()
