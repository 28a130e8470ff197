"""The account of a run."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kube_events.reindex.function import ACCOUNT, Answer


class Tally(msgspec.Struct, rename="camel", omit_defaults=True):
    """What was read and what became of it; over all runs that a progress file stands for."""

    read: int = 0
    """Records."""
    elsewhere: int = 0
    """Events of other times or clusters than those asked for."""
    heartbeats: int = 0
    poison: int = 0
    """Records that are none of ours."""
    unopened: int = 0
    """Objects that could not be read to their end."""
    wanted: int = 0
    """Events asked for."""
    indexed: int = 0
    """Of these: stored or set aside."""
    invocations: int = 0
    retries: int = 0
    accounted: int = 0
    """Invocations that said what became of their events."""
    account: dict[str, int] = {}

    def answered(self, answer: Answer, *, indexed: int) -> None:
        """Count one invocation."""
        self.invocations += 1
        self.indexed += indexed
        if answer.account:
            self.accounted += 1
            self.account = {name: self.account.get(name, 0) + answer.account.get(name, 0) for name in ACCOUNT}

    def lines(self, *, dry_run: bool) -> Iterator[str]:
        """The account, for a terminal."""
        left = {
            "of other times or clusters": self.elsewhere,
            "heartbeats": self.heartbeats,
            "unreadable": self.poison,
        }
        rest = "".join(f", {number} {what}" for what, number in left.items() if number)
        yield f"read {self.read} records: {self.wanted} events to index{rest}"
        if dry_run:
            yield "nothing was sent: --dry-run"
            return
        again = f", {self.retries} of them again" if self.retries else ""
        yield f"{self.indexed} events indexed in {self.invocations} invocations{again}"
        if self.account:
            became = ", ".join(f"{self.account[name]} {what}" for name, what in ACCOUNT.items())
            gaps = self.invocations - self.accounted
            yield f"of these: {became}" + (f" ({gaps} invocations did not say)" if gaps else "")
        elif self.invocations:
            yield "what became of each is in the function's metrics: its answers did not say"
