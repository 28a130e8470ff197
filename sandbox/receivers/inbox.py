"""What arrived, in the order in which it arrived, whatever was answered."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from sandbox.receivers.totals import Total, total

Channel = Literal["dingtalk", "chime", "mail"]
Verdict = Literal["accepted", "refused", "throttled", "failed"]
"""`refused`: a no for good. `throttled`: come later. `failed`: no proper answer, as from a broken server."""


class Received(Struct, frozen=True, kw_only=True, rename="camel"):
    """One request and what was answered."""

    receiver: str
    channel: Channel
    verdict: Verdict
    at: float
    """Seconds since the epoch, by the server's clock."""
    code: str = ""
    """The code of the answer, as the channel numbers them; empty where it was accepted."""
    reason: str = ""
    title: str = ""
    text: str = ""
    """What people would read, in the channel's own markup."""
    mentions: tuple[str, ...] = ()
    """Whom the chat would have called."""
    size: int = 0
    """Bytes of the request's body."""

    @property
    def total(self) -> Total:
        """How many events it says that it is about."""
        return total(self.text)


class Inbox:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[Received] = []

    def add(self, received: Received) -> None:
        """Keep it."""
        with self._lock:
            self._all.append(received)

    def all(self, *, receiver: str | None = None, verdict: Verdict | None = None) -> tuple[Received, ...]:
        """Everything, or what a receiver got, or what was answered so."""
        with self._lock:
            return tuple(
                each
                for each in self._all
                if receiver in (None, each.receiver) and verdict in (None, each.verdict)
            )

    def counts(self) -> Mapping[str, Mapping[Verdict, int]]:
        """How many of each verdict, by receiver."""
        counted = Counter((each.receiver, each.verdict) for each in self.all())
        by_receiver: dict[str, dict[Verdict, int]] = {}
        for (receiver, verdict), number in sorted(counted.items()):
            by_receiver.setdefault(receiver, {})[verdict] = number
        return by_receiver
