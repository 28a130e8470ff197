"""What a redrive did in one place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Account:
    """Counts up while it runs, so that it holds also if it is interrupted."""

    where: str
    """A queue or a folder."""
    back: int = 0
    """Handed over, and gone from here."""
    renewed: int = 0
    """Of these: with a new time until which they are worth telling."""
    stayed: Counter[str] = field(default_factory=Counter)
    """Wanted, but still here, by the reason."""

    ids: set[str] = field(default_factory=set)
    """Of those that were found to be wanted."""

    def line(self, *, dry_run: bool) -> str:
        """For a terminal."""
        verb = "would be put back" if dry_run else "put back"
        renewed = f", {self.renewed} of them with a new deliverBy" if self.renewed else ""
        return f"{self.where}: {self.back} {verb}{renewed}"

    @property
    def settled(self) -> int:
        """Of how many it is known what became of them."""
        return self.back + self.stayed.total()

    def nobody(self) -> None:
        """One that no function can be given."""
        self.stayed["no function that it could be given to: `dead-letters show` says why"] += 1

    def complaints(self) -> list[str]:
        """What stayed, and why."""
        return [f"{self.where}: {number} stayed: {reason}" for reason, number in self.stayed.items()]
