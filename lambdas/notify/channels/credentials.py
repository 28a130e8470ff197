"""Trying with a secret, and once more with a newer one when the answer smells of an old one."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from lambdas.common.aws_calls import ONE_TRY_SECONDS
from lambdas.common.time_budget import TimeBudget
from lambdas.notify.channels.outcomes import Outcome, Rejected, Unreachable
from lambdas.notify.secrets import (
    MissingSecretError,
    S,
    Secrets,
    SigningSecret,
    UnavailableSecretError,
    WebhookSecret,
)
from lambdas.notify.webhook import TRY_SECONDS, NoAnswerError

READ_AND_POST_SECONDS = ONE_TRY_SECONDS + TRY_SECONDS
"""The longest that it takes to read a secret and to POST once."""

MAX_REASON = 300
"""Characters of a channel's own words that are kept: enough for a sentence, too few for a page of HTML."""

_OF_ONE_POST = frozenset({"timestamp", "sign"})
"""Parameters of a signed URL that are another post's the next time."""


def with_secret(
    secrets: Secrets,
    arn: str,
    shape: type[S],
    attempt: Callable[[S], Outcome],
    *,
    budget: TimeBudget,
    stale: Callable[[Outcome], bool],
) -> Outcome:
    """Call `attempt` with the secret; if its outcome is `stale` and the secret has changed meanwhile, once
    more.

    A secret that is missing waits to be repaired, so the message does, too; nothing that is told outside
    holds a part of the secret.

    Raises:
        NoTimeLeftError: before what could outlast the budget. Also after a stale outcome: it is no answer
            to go by, so the message has to come again.
    """
    try:
        budget.require(READ_AND_POST_SECONDS)
        secret = secrets.get(arn, shape)
        outcome = _tried(attempt, secret)
        if stale(outcome):
            budget.require(READ_AND_POST_SECONDS)
            if (newer := secrets.get(arn, shape, fresh=True)) != secret:
                outcome = _tried(attempt, newer)
    except MissingSecretError as error:
        return Unreachable(str(error), misconfigured=True)
    except UnavailableSecretError as error:
        return Unreachable(str(error))
    return outcome


def _tried(attempt: Callable[[S], Outcome], secret: S) -> Outcome:
    try:
        outcome = attempt(secret)
    except NoAnswerError as error:
        return Unreachable(str(error))
    if isinstance(outcome, Rejected | Unreachable):
        return msgspec.structs.replace(outcome, reason=without_secrets(outcome.reason, secret))
    return outcome


def webhook_address(
    secrets: Secrets, arn: str, shape: type[WebhookSecret], *, budget: TimeBudget
) -> str | Unreachable:
    """The webhook's URL, without what may differ between two posts to the same one: a signature and its time,
    the order of the query, upper case in the host's name.

    Raises:
        NoTimeLeftError: before what could outlast the budget.
    """
    try:
        budget.require(READ_AND_POST_SECONDS)
        secret = secrets.get(arn, shape)
    except MissingSecretError as error:
        return Unreachable(str(error), misconfigured=True)
    except UnavailableSecretError as error:
        return Unreachable(str(error))
    parts = urlsplit(secret.url)
    query = sorted(pair for pair in parse_qsl(parts.query) if pair[0] not in _OF_ONE_POST)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}?{urlencode(query)}"


def without_secrets(text: str, secret: WebhookSecret) -> str:
    """The text, short, with every part of the secret blotted out: an answer may echo what it was asked."""
    parts = [secret.url, *(value for _, value in parse_qsl(urlsplit(secret.url).query))]
    if isinstance(secret, SigningSecret):
        parts.append(secret.secret)
    for part in sorted(filter(None, parts), key=len, reverse=True):
        text = text.replace(part, "***")
    return text[:MAX_REASON]
