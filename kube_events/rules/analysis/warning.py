"""What `rules check` finds odd, though it is no error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Odd(NamedTuple):
    """Something that is probably not meant."""

    path: str
    """Place in the rule file, such as route.routes[0]; "" is the file itself."""
    says: str

    def __str__(self) -> str:
        return f"{self.path}: {self.says}" if self.path else self.says


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
