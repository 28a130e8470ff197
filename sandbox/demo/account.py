"""The account at the end of a run: what should have happened beside what did, and whether the two agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """One line of the account. A missing or a surplus thing is a difference."""

    what: str
    expected: int
    found: int

    @property
    def balanced(self) -> bool:
        """Both sides agree."""
        return self.expected == self.found


class Delivery(NamedTuple):
    """What became of the messages for one receiver."""

    receiver: str
    expected: int
    """Messages that the rules ask for."""
    delivered: int
    refused: int
    """In the receiver's dead-letter queue."""
    waiting: int = 0
    """Still in its queue, or hidden there by a delay."""
    throttled: int = 0
    """Answers that asked to slow down. Those messages came again, so they count above too."""
    may_wait: bool = False
    """What waits is on its way and not lost: there was no time to wait for it."""
    must_refuse: bool = False
    """This receiver is set up to refuse everything: what it delivers is a fault."""

    @property
    def balanced(self) -> bool:
        """Every message is accounted for, on the side where it belongs."""
        due = self.expected - self.waiting if self.may_wait else self.expected
        wanted = (0, due) if self.must_refuse else (due, 0)
        return (self.delivered, self.refused) == wanted and (self.may_wait or self.waiting == 0)


class Account(NamedTuple):
    """All of it. `faults` are sentences about anything that is no count."""

    entries: tuple[Entry, ...]
    deliveries: tuple[Delivery, ...]
    faults: tuple[str, ...] = ()

    @property
    def balanced(self) -> bool:
        """Nothing is missing, nothing is too much, nothing else went wrong."""
        settled = all(e.balanced for e in self.entries) and all(d.balanced for d in self.deliveries)
        return settled and not self.faults


def render(account: Account, seconds: Mapping[str, float]) -> str:
    """The account as a table for a terminal."""
    lines = ["", _row("", "expected", "found")]
    lines += [_row(entry.what, entry.expected, entry.found, mark=entry) for entry in account.entries]
    if account.deliveries:
        heads = ("expected", "delivered", "refused", "waiting", "throttled")
        lines += ["", _row("messages per receiver", *heads)]
    for delivery in account.deliveries:
        receiver, *counts = delivery[:6]
        lines.append(_row(receiver, *counts, mark=delivery))
    if account.faults:
        lines += ["", *(f"✗ {fault}" for fault in account.faults)]
    if seconds:
        lines += ["", "seconds per stage", *(f"  {name:46}{value:>10.1f}" for name, value in seconds.items())]
    lines += ["", "The account balances." if account.balanced else "The account does NOT balance."]
    return "\n".join(lines)


def _row(name: str, *columns: object, mark: Entry | Delivery | None = None) -> str:
    sign = " " if mark is None else "✓" if mark.balanced else "✗"
    return f"{sign} {name:46}" + "".join(f"{column!s:>10}" for column in columns)
