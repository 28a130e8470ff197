"""Measuring on a machine that others use too: interleaved rounds, medians, ratios within one run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Spread(NamedTuple):
    """What a case took, in seconds."""

    least: float
    median: float
    most: float


def interleaved(cases: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, Spread]:
    """Run every case once per round, after one round that does not count.

    Args:
        cases: name → something that runs the case and says how many seconds it took.
        rounds: those that count.
    """
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(rounds + 1):
        for name, run in cases.items():
            seconds = run()
            if turn:
                taken[name].append(seconds)
    return {
        name: Spread(min(seconds), statistics.median(seconds), max(seconds))
        for name, seconds in taken.items()
    }
