"""`python -m bench filter`: measure, print the table, and say what is met."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bench.filter.events import BATCH, NOW, payload
from bench.filter.rules import LinearScan, hundred_rules
from bench.measuring import Timings, interleaved
from eventcore.grouping.encoding import encode_state
from eventcore.grouping.group import Group
from eventcore.rules import Ruleset
from lambdas.common.records import decode_records
from lambdas.common.state_table import Item
from lambdas.filter_events.assignment import Assignment, assign
from lambdas.filter_events.tasks import GroupTask

ROUNDS = 15
TURNS = 5
"""Batches of one trial, each with other objects."""

AT_MOST = 0.025
"""Seconds of CPU of a batch."""

WHOLE = "decode, match, group"
LINEAR = "the same by a linear scan"


def run(rounds: int = ROUNDS) -> bool:
    """Measure and print; whether the bound was met."""
    compiled = hundred_rules()
    rules, linear = Ruleset(compiled), LinearScan(compiled)
    payloads = [payload(first=turn * 1000) for turn in range(TURNS)]
    batches = [decode_records(each) for each in payloads]
    assigned = [assign(batch.events, rules, now=NOW) for batch in batches]
    groups = [_merge(each, {}) for each in assigned]
    # What is there when the batch comes: the groups with the events of all the other batches.
    there = _fill(assigned[1:])
    cases: dict[str, Callable[[], Any]] = {
        WHOLE: lambda: [_whole(each, rules, {}) for each in payloads],
        LINEAR: lambda: [_whole(each, linear, {}) for each in payloads],
        "into groups that are there": lambda: [_whole(each, rules, there) for each in payloads],
        "decode": lambda: [decode_records(each) for each in payloads],
        "match": lambda: [assign(batch.events, rules, now=NOW) for batch in batches],
        "group": lambda: [_merge(each, {}) for each in assigned],
        "the bytes of the items": lambda: [[encode_state(one) for one in each] for each in groups],
    }
    _settle()
    found = interleaved({name: partial(_seconds, case) for name, case in cases.items()}, rounds)
    print(
        f"filter_events before its calls to AWS, measured {datetime.now(UTC):%F %H:%M} UTC:"
        f" {BATCH} events, 100 rules, {len(groups[0])} groups in a batch\n"
        f"medians of {rounds} interleaved rounds of {TURNS} batches, CPU of one batch\n"
    )
    print(f"  {'':32} {'ms':>8} {'least':>8} {'most':>8} {'events/s':>10} {'× whole':>8}")
    for name, timings in found.items():
        print(
            f"  {name:32} {timings.median * 1e3:8.1f} {timings.least * 1e3:8.1f} {timings.most * 1e3:8.1f}"
            f" {BATCH / timings.median:10,.0f} {_ratio(timings, found[WHOLE]):8.2f}"
        )
    met = found[WHOLE].median <= AT_MOST
    print(f"\n  CPU of a batch at most {AT_MOST * 1e3:.0f} ms: {'met' if met else 'NOT MET'}")
    return met


def _whole(each: Any, rules: Ruleset, items: dict[str, Item]) -> list[Group]:
    return _merge(assign(decode_records(each).events, rules, now=NOW), items)


def _merge(assigned: Assignment, items: dict[str, Item]) -> list[Group]:
    found = (task.merged(items, now=NOW) for task in assigned.tasks if isinstance(task, GroupTask))
    return [merged.after for merged in found if merged]


def _fill(assigned: Sequence[Assignment]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for each in assigned:
        for group in _merge(each, items):
            items[group.key] = Item(group.key, 1, encode_state(group))
    return items


def _settle() -> None:
    """As the handler does after its imports."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)


def _seconds(case: Callable[[], Any]) -> float:
    began = time.process_time()
    case()
    return (time.process_time() - began) / TURNS


def _ratio(timings: Timings, base: Timings) -> float:
    return timings.median / base.median
