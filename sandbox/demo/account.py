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
    """What became of the events for one receiver."""

    receiver: str
    expected: int
    """Events that the rules ask to tell: of each Event object its highest count, in each of its groups."""
    told: int
    """As the messages say that were accepted, all added up."""
    refused: int
    """As the messages say that lie in the receiver's dead-letter queue."""
    over: int = 0
    """Nobody was told, because another event said first that the problem was over."""
    waiting: int = 0
    """For their group's timer, or in a digest."""
    messages: int = 0
    """In which all of that was told or refused."""
    throttled: int = 0
    """Answers that asked to slow down. Those messages came again, so they count above too."""
    may_wait: bool = False
    """What waits is on its way and not lost: there was no time to wait for it."""
    must_refuse: bool = False
    """This receiver is set up to refuse everything: what it delivers is a fault."""

    @property
    def balanced(self) -> bool:
        """Every event is accounted for, on the side where it belongs."""
        due = self.expected - self.over - (self.waiting if self.may_wait else 0)
        wanted = (0, due) if self.must_refuse else (due, 0)
        return (self.told, self.refused) == wanted and (self.may_wait or self.waiting == 0)


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
        heads = ("expected", "told", "refused", "over", "waiting", "messages", "throttled")
        lines += ["", _row("events per receiver", *heads)]
    for delivery in account.deliveries:
        receiver, *counts = delivery[:8]
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
