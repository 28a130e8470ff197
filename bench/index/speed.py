"""Documents per second and CPU per document, contenders taking turns on one server."""

from __future__ import annotations

import contextlib
import io
import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bench.index.contenders import Contender
from bench.index.observations import observations
from bench.index.server import Server
from sandbox.opensearch import ServerError

BATCH = 1000
"""Records of one invocation, as Terraform sets it for a busy stream."""

BATCHES = 10
"""Per trial: at 20,000/s half a second."""


class Trial(NamedTuple):
    """One contender in one round."""

    documents: int
    seconds: float
    cpu: float
    """Seconds of this process, user and kernel."""

    @property
    def per_second(self) -> float:
        """Documents."""
        return self.documents / self.seconds

    @property
    def cpu_each(self) -> float:
        """Microseconds of a document."""
        return self.cpu / self.documents * 1e6


def measure(server: Server, contenders: Mapping[str, Contender], rounds: int) -> dict[str, list[Trial]]:
    """Trials of each contender by round, after one round that does not count.

    Each trial has an empty index, and documents that the server has not seen.
    """
    trials: dict[str, list[Trial]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn in range(rounds + 1):
        # Another one begins each time, so that none always follows the same.
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            trial = _trial(server, contenders[name], turn)
            if turn:
                trials[name].append(trial)
    return trials


def median(trials: list[Trial], figure: Callable[[Trial], float]) -> float:
    """Of all rounds."""
    return statistics.median(map(figure, trials))


def ratio(ours: list[Trial], base: list[Trial]) -> float:
    """Documents per second over those of the other in the same round, the median of rounds."""
    return statistics.median(
        mine.per_second / other.per_second for mine, other in zip(ours, base, strict=True)
    )


def _trial(server: Server, contender: Contender, turn: int) -> Trial:
    server.clear()
    events = observations(BATCH * (BATCHES + 1), first=turn * 100_000)
    prepared = [contender(events[at : at + BATCH]) for at in range(0, len(events), BATCH)]
    # What the function prints goes nowhere, but it is written: as in Lambda.
    with contextlib.redirect_stdout(io.StringIO()):
        prepared[0]()  # makes the index
        cpu, began = time.process_time(), time.perf_counter()
        for send in prepared[1:]:
            send()
        trial = Trial(BATCH * BATCHES, time.perf_counter() - began, time.process_time() - cpu)
    if (found := server.documents()) != len(events):
        raise ServerError(f"{found} of {len(events)} documents were written")
    return trial
