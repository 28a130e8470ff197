"""What happens to a contender."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from bench.exporter.contenders import FLOOR, FULL, PLAIN, Contender
from bench.exporter.trial import Result, Trial
from sandbox.kinesis_endpoint.faults import Faults

NEAR = Faults()
FAR = Faults(latency=0.015)
"""PutRecords of 500 to a stream in the same region takes about as long."""
ONE_SHARD = Faults(latency=0.015, records_per_second=1000)

Runner = Callable[[Contender], Result]


class Case(NamedTuple):
    """One block of the table."""

    name: str
    about: str
    run: Runner
    contenders: tuple[Contender, ...]
    rounds: bool = False
    """Whether it is worth repeating: its figures are compared."""
    default: bool = True
    """Whether it runs without being asked for."""
    peer: bool = True
    """Whether the peer can finish it in reasonable time."""


def burst(events: int, faults: Faults, *, same: bool = False) -> Runner:
    """All at once, to a contender that is watching."""

    def run(contender: Contender) -> Result:
        with Trial(contender, faults) as trial:
            trial.prepare(events, same=same)
            trial.start()
            cpu, began = trial.cpu_seconds(), time.monotonic()
            since = trial.write()
            trial.wait_for_all()
            return trial.result(since, cpu=cpu, began=began)

    return run


def steady(per_second: float, seconds: float) -> Runner:
    """The same number each second."""
    return outage(per_second, seconds, at=0.0, lasts=0.0)


def outage(per_second: float, seconds: float, *, at: float, lasts: float) -> Runner:
    """The same number each second, and an endpoint that is down for a while."""

    def run(contender: Contender) -> Result:
        with Trial(contender, FAR) as trial:
            trial.prepare(int(per_second * seconds))
            trial.start()
            cpu, began = trial.cpu_seconds(), time.monotonic()
            since = trial.write_steadily(per_second)
            if lasts:
                time.sleep(at)
                trial.endpoint.go_down(lasts)
                time.sleep(lasts)
            trial.wait_for_all()
            return trial.result(since, cpu=cpu, began=began, per_second=per_second)

    return run


def start(events: int) -> Runner:
    """There is much already when a contender comes. Time counts from its first list, CPU from its start."""

    def run(contender: Contender) -> Result:
        with Trial(contender) as trial:
            trial.prepare(events)
            trial.write()
            began = time.monotonic()
            trial.start(wait=False)
            trial.wait_for_all()
            return trial.result(trial.state()["listed_at"] or time.time(), cpu=0.0, began=began)

    return run


def killed(events: int, *, after: int) -> Runner:
    """SIGKILL when so many records of a burst have arrived, and a new start at once."""

    def run(contender: Contender) -> Result:
        with Trial(contender, FAR) as trial:
            trial.prepare(events)
            trial.start()
            cpu, began = trial.cpu_seconds(), time.monotonic()
            since = trial.write()
            trial.wait_for(after)
            trial.kill()
            trial.start(wait=False)
            trial.wait_for_all()
            return trial.result(since, cpu=cpu, began=began)

    return run


_OURS = (PLAIN, FULL)
_ALL = (FLOOR, PLAIN, FULL)

CASES = (
    Case("burst-5k", "5,000 at once, endpoint 0 ms", burst(5_000, NEAR), _ALL, rounds=True),
    Case("burst-5k-15ms", "5,000 at once, 15 ms", burst(5_000, FAR), _ALL, rounds=True),
    Case("burst-50k", "50,000 at once, 0 ms", burst(50_000, NEAR), _ALL, rounds=True),
    Case("burst-50k-15ms", "50,000 at once, 15 ms", burst(50_000, FAR), _ALL, rounds=True, peer=False),
    Case("burst-5k-shard", "5,000 at once, 15 ms, 1,000 records/s", burst(5_000, ONE_SHARD), _ALL),
    Case(
        "burst-50k-shard",
        "50,000 at once, 15 ms, 1,000 records/s",
        burst(50_000, ONE_SHARD),
        _OURS,
        peer=False,
    ),
    Case("steady", "100/s for 60 s, 15 ms", steady(100, 60), _OURS),
    Case("start-50k", "start with 50,000 old events, 0 ms", start(50_000), _OURS),
    Case(
        "kill",
        "kill -9 in a burst of 50,000, start again, 15 ms",
        killed(50_000, after=15_000),
        (FULL,),
        peer=False,
    ),
    Case("outage-30s", "50/s, endpoint down for 30 s, 15 ms", outage(50, 45, at=5, lasts=30), _OURS),
    Case(
        "throttled",
        "5,000 at once, 5 % throttled, 15 ms",
        burst(5_000, Faults(latency=0.015, throttled_share=0.05)),
        _OURS,
    ),
    Case("repeats", "1,000 repeats of one event, 15 ms", burst(1_000, FAR, same=True), _OURS),
    Case(
        "outage-10m",
        "50/s, endpoint down for ten minutes, 15 ms",
        outage(50, 660, at=30, lasts=600),
        (FULL,),
        default=False,
        peer=False,
    ),
)
