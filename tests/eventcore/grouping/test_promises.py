"""What holds of any stream of events: in any order, delivered again, silenced, over, beyond the bound."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from eventcore.event import SEVERITIES, Severity
from eventcore.grouping.arrival import Arrival
from eventcore.grouping.group import MAX_MEMBERS, Ending, GroupMember
from eventcore.grouping.merge import merge
from tests.eventcore.grouping.play import (
    MOMENT,
    NOW,
    QUIET,
    RECOVERS,
    REF,
    ROUTE,
    Message,
    Play,
    arrives,
    recovers,
)

ENDINGS = {"moment": MOMENT, "quiet": QUIET, "recovers": RECOVERS}


class Step(NamedTuple):
    """Something happens to a Pod, or is over."""

    after: float
    """Seconds since the step before."""
    uid: str
    over: bool
    again: bool
    """The batch is delivered twice."""
    severity: Severity


UIDS = st.sampled_from(["moment-1", "moment-2", "quiet-1", "quiet-2", "recovers-1"])

STEPS = st.lists(
    st.builds(
        Step,
        after=st.sampled_from([0.0, 1.0, 29.0, 45.0, 301.0, 700.0, 20_000.0, 100_000.0]),
        uid=UIDS,
        over=st.booleans(),
        again=st.booleans(),
        severity=st.sampled_from(SEVERITIES),
    ),
    max_size=25,
)

ROUTES = st.builds(
    lambda wait, interval, repeat: {
        "group_wait": wait,
        "group_interval": interval,
        "repeat_interval": repeat,
    },
    st.sampled_from([0.0, 30.0, 400.0]),
    st.sampled_from([120.0, 300.0, 3600.0]),
    st.sampled_from([900.0, 3600.0, 14_400.0]),
)


def ending_of(uid: str) -> Ending:
    return ENDINGS[uid.partition("-")[0]]


def play_through(play: Play, steps: list[Step], *, recoveries: bool) -> dict[str, int]:
    """Run the steps, and on until nothing is due; returns the true count of each uid."""
    counts: dict[str, int] = {}
    now = 0.0
    for step in steps:
        now += step.after
        over = ()
        arrivals: list[Arrival] = []
        if recoveries and step.over:
            over = (recovers(step.uid, at=now),)
        else:
            counts[step.uid] = counts.get(step.uid, 0) + 1
            arrivals = [
                arrives(
                    step.uid,
                    count=counts[step.uid],
                    at=now,
                    ending=ending_of(step.uid),
                    severity=step.severity,
                )
            ]
        play.merge(*arrivals, at=now, over=over)
        if step.again:
            play.merge(*arrivals, at=now + 0.5)
            now += 0.5
    play.run(until=now + 90 * 86_400.0)
    return counts


@settings(deadline=None)
@given(STEPS, ROUTES)
def test_the_totals_of_all_messages_are_what_happened(steps: list[Step], route: dict[str, float]) -> None:
    play = Play(**route)
    counts = play_through(play, steps, recoveries=False)
    assert sum(message.told.events for message in play.messages) == sum(counts.values())
    told = {member.uid for message in play.messages for member in message.told.members}
    assert told == counts.keys()


@settings(deadline=None)
@given(STEPS, ROUTES)
def test_messages_keep_their_distance(steps: list[Step], route: dict[str, float]) -> None:
    play = Play(**route)
    play_through(play, steps, recoveries=True)
    times = [message.at for message in play.messages]
    assert all(later - sooner >= play.ref.route.group_interval - 0.01 for sooner, later in pairwise(times))
    assert not times or times[0] >= play.ref.route.group_wait - 0.01


def is_worth_it(message: Message, before: list[Message], repeat_interval: float) -> bool:
    """It tells of something new, of an end, or again what goes on when it is time to."""
    told = message.told
    return (
        told.events > 0
        or any(member.resolved for member in told.members)
        or message.at - before[-1].at >= repeat_interval - 0.01
    )


@settings(deadline=None)
@given(STEPS, ROUTES, st.booleans())
def test_no_message_comes_without_news_or_a_repeat(
    steps: list[Step], route: dict[str, float], send_resolved: bool
) -> None:
    play = Play(**route)
    play.send_resolved = send_resolved
    play_through(play, steps, recoveries=True)
    for at, message in enumerate(play.messages):
        assert is_worth_it(message, play.messages[:at], play.ref.route.repeat_interval)
        assert send_resolved or message.told.status == "firing"


@settings(deadline=None)
@given(STEPS, ROUTES, st.sets(UIDS, max_size=3), st.booleans())
def test_nobody_is_left_untold_and_every_group_comes_to_rest(
    steps: list[Step], route: dict[str, float], muted: set[str], send_resolved: bool
) -> None:
    # GIVEN that some are silenced until long after the last of it.
    play = Play(**route)
    play.send_resolved = send_resolved
    silent = NOW + sum(step.after for step in steps) + 1.5 * 86_400.0

    def silenced(member: GroupMember) -> bool:
        group = play.group
        return member.uid in muted and group is not None and (group.due or 0.0) < silent

    play.silenced = silenced
    # WHEN
    counts = play_through(play, steps, recoveries=True)
    # THEN
    group = play.group
    if group is None:
        return
    assert group.due is None
    over = {step.uid for step in steps if step.over}
    for uid, member in group.members.items():
        assert member.fresh == 0
        if uid not in muted | over and send_resolved:
            assert member.told == counts[uid]


@settings(deadline=None)
@given(STEPS, ROUTES, st.sets(UIDS), st.sampled_from([100.0, 1000.0, 30_000.0, 200_000.0]))
def test_whatever_happens_after_a_silence_is_told_and_timers_keep_their_distance(
    steps: list[Step], route: dict[str, float], muted: set[str], silent: float
) -> None:
    # GIVEN a silence that ends somewhere among the steps, or after them
    play = Play(**route)
    play.silenced = lambda member: member.uid in muted and (play.known.due or 0.0) < NOW + silent
    counts = play_through(play, steps, recoveries=True)
    # WHEN each of it happens once more
    again = sum(step.after + 0.5 for step in steps) + silent + 100 * 86_400.0
    play.merge(
        *(arrives(uid, count=n + 1, at=again, ending=ending_of(uid)) for uid, n in counts.items()), at=again
    )
    play.run(until=again + 90 * 86_400.0)
    # THEN
    for uid, count in counts.items():
        assert play.known.members[uid].told == count + 1
    assert all(later - sooner > 0.5 for sooner, later in pairwise(play.wake_ups))


@settings(deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_the_same_events_in_any_order_and_any_number_of_batches_give_the_same_members(
    steps: list[Step], rnd: object
) -> None:
    counts: dict[str, int] = {}
    arrivals = []
    for at, step in enumerate(steps):
        counts[step.uid] = counts.get(step.uid, 0) + 1
        arrivals.append(arrives(step.uid, count=counts[step.uid], at=at, severity=step.severity))
    assert hasattr(rnd, "shuffle")
    shuffled = [*arrivals, *arrivals[: len(arrivals) // 2]]
    rnd.shuffle(shuffled)
    ordered = merge(None, REF, arrivals, [], now=NOW)
    play = Play()
    for at in range(0, len(shuffled), 4):
        play.merge(*shuffled[at : at + 4])
    assert (ordered.members if ordered else {}) == (play.known.members if play.state else {})


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 10.0, 400.0]), st.integers(0, 500), st.integers(1, 300)), max_size=6
    )
)
def test_beyond_the_bound_totals_are_lower_bounds_and_say_so(batches: list[tuple[float, int, int]]) -> None:
    play = Play()
    now = 0.0
    seen: set[int] = set()
    for after, first, number in batches:
        now += after
        play.merge(
            *(arrives(f"p{uid}", ending=RECOVERS, at=0) for uid in range(first, first + number)), at=now
        )
        seen.update(range(first, first + number))
    play.run()
    told = sum(message.told.events for message in play.messages)
    if len(seen) <= MAX_MEMBERS:
        assert told == len(seen)
        assert not any(message.told.at_least for message in play.messages)
    else:
        assert any(message.told.at_least for message in play.messages)
        assert told > MAX_MEMBERS
    for message in play.messages:
        assert message.told.events <= len(seen)
    assert play.state is None or len(play.known.members) <= MAX_MEMBERS


@settings(deadline=None)
@given(STEPS)
def test_a_summary_of_old_events_tells_each_once_whatever_its_route(steps: list[Step]) -> None:
    play = Play(REF._replace(route=replace(ROUTE, group_interval=1800.0)), kind="old")
    counts = play_through(play, steps, recoveries=True)
    assert sum(message.told.events for message in play.messages) == sum(counts.values())
    assert all(message.told.status == "firing" for message in play.messages)
    assert not any(member.resolved for message in play.messages for member in message.told.members)
