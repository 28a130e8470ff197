"""Measuring on a machine that others use too: interleaved rounds, medians, ratios within one round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Timings(NamedTuple):
    """What a case took in each round, in seconds."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The figure to quote."""
        return statistics.median(self.rounds)

    @property
    def least(self) -> float:
        """The quickest round."""
        return min(self.rounds)

    @property
    def most(self) -> float:
        """The slowest round."""
        return max(self.rounds)


def interleaved(cases: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, Timings]:
    """Run every case once per round, after one round that does not count.

    Args:
        cases: name → something that runs the case and says how many seconds it took.
        rounds: those that count.
    """
    turns = [{name: run() for name, run in cases.items()} for _ in range(rounds + 1)]
    return {name: Timings(tuple(turn[name] for turn in turns[1:])) for name in cases}
