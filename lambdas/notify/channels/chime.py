"""Amazon Chime: an incoming webhook of a chat room.

Chime itself ended on 2026-02-20, so this is for rooms that still answer. AWS never documented the answers;
the ones below are from memory, and whatever is not a plain yes counts as a no.
"""

from __future__ import annotations

import json

from eventcore.notification import Notification
from lambdas.common.time_budget import TimeBudget
from lambdas.notify.channels.chime_message import render
from lambdas.notify.channels.credentials import webhook_address, with_secret
from lambdas.notify.channels.outcomes import Delivered, Outcome, Rejected, Throttled, Unreachable
from lambdas.notify.secrets import Secrets, WebhookSecret
from lambdas.notify.webhook import Answer, Webhooks

DEFAULT_WAIT = 5.0
"""Seconds to stay away when a throttled answer names none. A webhook takes about one message a second."""

PER_MINUTE = 60
"""Messages that a webhook takes in a minute: about one a second (from memory, not confirmed)."""

_STALE = frozenset({"http-401", "http-403", "http-404"})


class Chime:
    """One webhook."""

    per_minute = PER_MINUTE

    def __init__(self, *, secrets: Secrets, secret_arn: str, webhooks: Webhooks) -> None:
        self._secrets = secrets
        self._secret_arn = secret_arn
        self._webhooks = webhooks

    def address(self, budget: TimeBudget) -> str | Unreachable:
        """The webhook's URL."""
        return webhook_address(self._secrets, self._secret_arn, WebhookSecret, budget=budget)

    def deliver(self, notification: Notification, budget: TimeBudget) -> Outcome:
        """Tell the room once."""
        body = render(notification)
        return with_secret(
            self._secrets,
            self._secret_arn,
            WebhookSecret,
            lambda secret: classify(self._webhooks.post(secret.url, body)),
            budget=budget,
            stale=lambda outcome: isinstance(outcome, Rejected) and outcome.code in _STALE,
        )


def classify(answer: Answer) -> Outcome:
    """Sort one answer by its status; a 200 without the id of a message is no yes."""
    if answer.status == 429 or (answer.status == 503 and answer.retry_after is not None):
        return Throttled(DEFAULT_WAIT if answer.retry_after is None else max(1.0, answer.retry_after))
    if answer.status >= 500 or answer.status == 408:
        return Unreachable(f"Chime answered HTTP {answer.status}")
    body = _object(answer.body)
    if answer.status == 200 and body.get("MessageId"):
        return Delivered()
    return Rejected(f"http-{answer.status}", str(body.get("Message") or "no reason given"))


def _object(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
