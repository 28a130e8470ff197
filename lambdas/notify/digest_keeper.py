"""A receiver's digest: what its channel had no slot for waits there, and becomes one message."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, NamedTuple

from eventcore.grouping.digest import Digest, digest_key, join, knows_id
from eventcore.grouping.encoding import StateError, decode_digest, encode_state
from eventcore.notification import Notification
from lambdas.common.observability import logger
from lambdas.common.state_table import StateTable
from lambdas.notify.alarm_clock import AlarmClock, expiry

Standing = Literal["known", "waiting", "empty"]
"""The digest has this notification already; it waits for its time with others; it waits for nothing."""

MAX_CONFLICTS = 8
"""Writes that somebody else was faster than, before the message is handed back to SQS."""


class UnreadableDigestError(Exception):
    """This release cannot read the receiver's digest, and will not write over it."""


class _Found(NamedTuple):
    digest: Digest | None
    version: int


class DigestKeeper:
    """Puts notifications into the digest of one receiver. Whoever joins first sets its timer."""

    def __init__(
        self,
        *,
        receiver: str,
        table: StateTable,
        alarm_clock: AlarmClock,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._receiver = receiver
        self._table = table
        self._alarm_clock = alarm_clock
        self._now = now

    def standing(self, notification_id: str) -> Standing:
        """What the digest is to this notification.

        Raises:
            ClientError, BotoCoreError: DynamoDB did not answer.
        """
        try:
            digest = self._read().digest
        except UnreadableDigestError as error:
            logger.error("what needs no digest goes on", receiver=self._receiver, error=str(error))
            return "empty"
        if knows_id(digest, notification_id):
            return "known"
        return "waiting" if digest is not None and digest.due is not None else "empty"

    def join(self, notification: Notification, *, until: float) -> bool:
        """Put it in, to be told at `until` (seconds since the epoch) or when the digest is due anyway; False:
        others were faster, again and again.

        Raises:
            UnreadableDigestError: it cannot be put there. The message has to come again.
            ClientError, BotoCoreError: DynamoDB did not answer, or SQS did not take the timer.
        """
        for _ in range(MAX_CONFLICTS):
            digest, version = self._read()
            joined = join(digest, notification, receiver=self._receiver, due=until, now=self._now())
            if joined is None:
                return True
            self._alarm_clock.set(joined, before=digest)
            expires = expiry(joined, self._now())
            if self._table.write(joined.key, encode_state(joined), version=version, expires=expires):
                return True
        return False

    def _read(self) -> _Found:
        key = digest_key(self._receiver)
        item = self._table.read([key]).get(key)
        if item is None:
            return _Found(None, 0)
        try:
            return _Found(decode_digest(item.state), item.version)
        except StateError as error:
            raise UnreadableDigestError(f"{key}: {error}") from None
