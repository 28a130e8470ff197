"""Names that are given and never used."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from eventcore.faults import child
from eventcore.rules import CompiledRoute, CompiledRules
from kube_events.rules.analysis.warning import Odd


def unused(rules: CompiledRules, receivers: Collection[str] | None) -> Iterator[Odd]:
    """A warning for each receiver that no route tells, and each time interval that no route names."""
    for receiver in receivers or ():
        if receiver not in rules.receivers:
            yield Odd("", f"no route tells the receiver {receiver}")
    named = set(_intervals(rules.route))
    for name in rules.time_intervals:
        if name not in named:
            yield Odd(child("time_intervals", name), "no route names it")


def _intervals(route: CompiledRoute) -> Iterator[str]:
    yield from (*route.mute_time_intervals, *route.active_time_intervals)
    for one in route.routes:
        yield from _intervals(one)
