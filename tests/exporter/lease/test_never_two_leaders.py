"""Whatever the network does, whoever dies and however the clocks stand: two never lead at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, pairwise
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exporter.lease.conftest import Replica, Stage
from tests.exporter.lease.network import Way

TROUBLE = 60.0
"""Seconds during which things go wrong."""
PEACE = 60.0
"""Seconds that follow: longer than a Lease lasts and a late request is under way."""

QUICK = Way(0.002, 0.002)
SLOW = [
    Way(0.3, 1.0),
    Way(2.5, 2.0),
    Way(there=4.9),
    Way(there=5.1),
    Way(back=5.1),
    Way(there=11.0),
    Way(there=30.0),
    Way(4.0, 4.0),
]
"""The longest call takes 5 s: some of these answers come too late, some requests arrive when nobody waits."""


class Fate(NamedTuple):
    """What happens to one replica."""

    ways: list[Way]
    outage: tuple[float, float]
    start: float
    clock_ahead: float
    draws: list[float]
    end: tuple[str, float]


FATES = st.builds(
    Fate,
    ways=st.lists(st.sampled_from([*[QUICK] * 12, *SLOW]), min_size=1, max_size=12),
    outage=st.tuples(st.floats(0, TROUBLE), st.sampled_from([0.0, 3.0, 8.0, 14.0, 30.0])),
    start=st.floats(0, 10),
    clock_ahead=st.floats(-1e6, 1e6),
    draws=st.lists(st.floats(0, 1), min_size=1, max_size=5),
    end=st.tuples(st.sampled_from(["none", "none", "none", "kill", "release"]), st.floats(1, TROUBLE)),
)


def trouble(stage: Stage, ways: list[Way]) -> Iterator[Way]:
    """The same ways again and again, and then peace."""
    for way in cycle(ways):
        yield way if stage.time.now < TROUBLE else QUICK


def perform(stage: Stage, name: str, fate: Fate) -> Replica:
    draws = cycle(fate.draws)
    replica = stage.replica(
        name,
        ways=trouble(stage, fate.ways),
        clock_ahead=fate.clock_ahead,
        draw=lambda low, high: low + (high - low) * next(draws),
    )
    begin, length = fate.outage
    replica.transport.down = lambda: begin <= stage.time.now < begin + length
    replica.start(after=fate.start)
    kind, at = fate.end
    if kind != "none":
        stage.time.spawn(getattr(replica, kind), after=at)
    return replica


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=st.tuples(FATES, FATES))
def test_two_never_lead_at_a_time_and_one_does_in_the_end(
    new_stage: Callable[[], Stage], fates: tuple[Fate, Fate]
) -> None:
    # GIVEN
    stage = new_stage()
    replicas = [perform(stage, name, fate) for name, fate in zip(("one", "two"), fates, strict=True)]
    # WHEN
    stage.time.run(TROUBLE + PEACE)
    # THEN
    now = stage.time.now
    terms = sorted([*term, now][:2] for replica in replicas for term in replica.terms)
    for (_, end), (begin, _) in pairwise(terms):
        assert end <= begin
    alive = [r for r, fate in zip(replicas, fates, strict=True) if fate.end[0] == "none"]
    assert sum(replica.leads for replica in alive) == bool(alive)
