"""The digest's timer has fired: with a slot, all that waits is one message; without one, it waits on."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil

from msgspec.structs import replace

from eventcore.grouping.digest import Digest, flush_digest, postpone
from eventcore.grouping.encoding import decode_digest
from eventcore.grouping.group import Outgoing
from lambdas.notify.gate import Gate
from lambdas.notify.limiter import Refused
from lambdas.notify.links import Links
from lambdas.notify.waker import Fired


class DigestTimer:
    """Flushes the digest of one receiver."""

    def __init__(self, *, gate: Gate, links: Links, now: Callable[[], float] = time.time) -> None:
        self._gate = gate
        self._links = links
        self._now = now
        self._reserved_for: int | None = None

    def decode(self, data: bytes) -> Digest:
        """Raises StateError."""
        return decode_digest(data)

    def fire(self, digest: Digest) -> Fired[Digest]:
        """
        Raises:
            ClientError, BotoCoreError, NoTimeLeftError: there was no asking for a slot.
        """
        # One slot for one message, however often somebody else writes first.
        refused = None if self._reserved_for == digest.generation else self._gate.reserve()
        if isinstance(refused, Refused):
            return Fired(postpone(digest, due=_later(refused.until)), flushed=False)
        # Where it is not even known where to post, the courier says so, and tries again later.
        self._reserved_for = digest.generation if refused is None else None
        now = self._now()
        after, told = flush_digest(digest, now=now)
        if told is not None and told.parts:
            told = replace(told, links=self._links.of_digest(told))
            after = replace(after, outgoing=Outgoing(digest.generation, told, now))
        return Fired(after, reserved=refused is None)


def _later(until: float) -> float:
    """To the millisecond, and not before the slot is free."""
    return ceil(until * 1000) / 1000
