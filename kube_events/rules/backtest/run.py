"""Runs past events through one rule file, or through two at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from msgspec import Struct

from eventcore.rules import Ruleset
from kube_events.rules.backtest.past_events import PastEvent
from kube_events.rules.backtest.tally import Tally
from kube_events.rules.simulation import Simulation

AFTER = 3_600.0
"""Seconds for which timers go on firing behind the last event: what it has begun is still told."""


class Backtest(Struct):
    """What became of the events."""

    tally: Tally
    against: Tally | None = None
    """By the file to compare with."""
    events: int = 0
    first: float | None = None
    """When the first of them happened, in seconds since the epoch; None: there are none."""
    last: float | None = None
    dropped: int = 0
    untold: int = 0
    """Told to nobody by the routes."""


def backtest(
    events: Iterable[PastEvent],
    rules: Ruleset,
    against: Ruleset | None,
    *,
    without_resolved: Collection[str],
    at: Callable[[int, float], None],
) -> Backtest:
    """Simulate.

    Args:
        events: by time, but for those that come late by a little: they count as of then.
        rules: in question.
        against: to compare them with.
        without_resolved: receivers that hear nothing of ends.
        at: is told how many events went through, and when the last of them happened.
    """
    result = Backtest(tally=Tally(), against=None if against is None else Tally())
    simulation = Simulation(rules, without_resolved=without_resolved)
    runs = [(simulation, result.tally)]
    if against is not None and result.against is not None:
        runs.append((Simulation(against, without_resolved=without_resolved), result.against))
    now = 0.0
    for past in events:
        now = max(now, past.at)
        if result.first is None:
            result.first = now
        for each, tally in runs:
            for message in each.fire(now):
                tally.add(message)
            each.receive(past.event, now=now)
        result.events += 1
        at(result.events, now)
    if result.events:
        result.last = now
        for each, tally in runs:
            for message in each.fire(now + AFTER):
                tally.add(message)
    result.dropped, result.untold = simulation.dropped, simulation.untold
    return result
