"""Slots for messages to one address, counted in the state table by everybody who writes there.

A robot that gets more than it takes in a minute shuts everybody out for ten, so a slot is reserved before the
post. A reservation counts for longer than a minute, since the post may come later than it, and by another
clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from os import urandom
from typing import NamedTuple

import msgspec
from msgspec import Struct

from lambdas.common.observability import logger
from lambdas.common.receivers import RESERVE
from lambdas.common.state_table import KEPT, StateTable

WINDOW = 60.0
"""Seconds over which a channel counts."""

POSTED_WITHIN = 15.0
"""Seconds from a reservation to the channel's receipt of the post, and the clocks' difference: connecting and
sending take 10 at most, or it is given up."""

BEGUN_WITHIN = 5.0
"""Seconds of these from the reservation to the beginning of the post. A slot is let go if the table, or what
had to be told before, took longer."""

MAX_CONFLICTS = 8
"""Writes that somebody else was faster than. Some ten invocations at once are a storm; each conflict is
somebody's success."""

CONTENDED_WAIT = 5.0
"""Seconds until it is worth asking again after so many conflicts."""


class Refused(NamedTuple):
    """No slot is free."""

    until: float
    """Seconds since the epoch at which one may be."""


class _Slots(Struct, frozen=True, omit_defaults=True):
    reserved: tuple[float, ...] = ()
    """When, in order; those that do not count any more are left out by the next write."""
    blocked_until: float = 0.0
    written_by: bytes = b""
    """Another one with every write, so that of two that take a slot in the same moment each takes one: the
    table would hold the second for the first, come again."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Slots)


class Limiter:
    """The slots of all addresses. Whoever shares an address shares its slots."""

    def __init__(self, table: StateTable, *, now: Callable[[], float] = time.time) -> None:
        self._table = table
        self._now = now

    def reserve(self, address: str, *, per_minute: int) -> Refused | None:
        """Take a slot for one post, which has to begin within BEGUN_WITHIN seconds; None: it is taken.

        Of `per_minute`, RESERVE stay free.

        Raises:
            ClientError, BotoCoreError: DynamoDB did not answer; a slot may be taken.
        """
        for _ in range(MAX_CONFLICTS):
            slots, version = self._read(address)
            now = self._now()
            if now < slots.blocked_until:
                return Refused(slots.blocked_until)
            counting = _counting(slots, now)
            if len(counting) >= per_minute - RESERVE:
                # The one whose end makes room: with another receiver's higher limit that is not the first.
                return Refused(counting[RESERVE - per_minute] + WINDOW + POSTED_WITHIN)
            # In order although clocks differ: another's reservation may seem to be in the future.
            after = msgspec.structs.replace(slots, reserved=tuple(sorted((*counting, now))))
            if self._write(address, after, version) and self._now() <= now + BEGUN_WITHIN:
                return None
        return Refused(self._now() + CONTENDED_WAIT)

    def block(self, address: str, *, until: float) -> None:
        """The channel asked everybody to stay away until then.

        Raises:
            ClientError, BotoCoreError: DynamoDB did not answer.
        """
        for _ in range(MAX_CONFLICTS):
            slots, version = self._read(address)
            if slots.blocked_until >= until:
                return
            after = _Slots(_counting(slots, self._now()), until)
            if self._write(address, after, version):
                return
        # Those who were faster are about to hear the same from the channel, and say so themselves.

    def _read(self, address: str) -> tuple[_Slots, int]:
        key = _key(address)
        item = self._table.read([key]).get(key)
        if item is None:
            return _Slots(), 0
        try:
            return _decoder.decode(item.state), item.version
        except msgspec.MsgspecError as error:
            # Another version's. To begin anew risks one lock-out, to go by nothing would hold up everybody.
            logger.error("unreadable slots begin anew", record=key, error=str(error))
            return _Slots(), item.version

    def _write(self, address: str, slots: _Slots, version: int) -> bool:
        expires = max(self._now(), slots.blocked_until) + KEPT
        mine = msgspec.structs.replace(slots, written_by=urandom(8))
        return self._table.write(_key(address), _encoder.encode(mine), version=version, expires=expires)


def _counting(slots: _Slots, now: float) -> tuple[float, ...]:
    return tuple(at for at in slots.reserved if at > now - WINDOW - POSTED_WITHIN)


def _key(address: str) -> str:
    """A webhook's address is its credential, so only its hash is in the table."""
    return f"limit#{sha256(address.encode()).hexdigest()}"
