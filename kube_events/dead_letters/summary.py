"""Dead letters for a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from kube_events.aligned import aligned, duration
from kube_events.dead_letters.letter import Letter

SUMMARY = ("PLACE", "OF", "CODE", "COUNT", "OLDEST", "NEWEST")
EACH = ("PLACE", "OF", "AGE", "CODE", "ID", "ABOUT", "REASON")

Kind = tuple[str, str, str]


def by_kind(letters: Sequence[Letter]) -> dict[Kind, list[Letter]]:
    """By place, owner and code."""
    kinds: dict[Kind, list[Letter]] = defaultdict(list)
    for letter in letters:
        kinds[letter.place, letter.owner, letter.code].append(letter)
    return dict(sorted(kinds.items()))


def summary(letters: Sequence[Letter], *, now: datetime) -> Iterator[str]:
    """A line for each kind."""
    return aligned(
        SUMMARY,
        [
            (
                *kind,
                str(len(those)),
                _age(min(each.at for each in those), now),
                _age(max(e.at for e in those), now),
            )
            for kind, those in by_kind(letters).items()
        ],
    )


def each(letters: Sequence[Letter], *, now: datetime) -> Iterator[str]:
    """A line for each letter, the oldest first."""
    return aligned(
        EACH,
        [
            (one.place, one.owner, _age(one.at, now), one.code, one.id, one.subject, one.reason)
            for one in sorted(letters, key=lambda letter: letter.at)
        ],
    )


def _age(at: datetime, now: datetime) -> str:
    return duration((now - at).total_seconds())
