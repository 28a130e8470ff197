"""A timer that does not come to an end is reported; nobody waits for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from eventcore.grouping.group import Group
from eventcore.rules.matched_route import MatchedRoute
from kube_events.rules.timers import MAX_TURNS, EndlessTimer, Timers
from tests.kube_events.rules.conftest import Run

NOON = 1_767_614_400.0
ROUTE = MatchedRoute(
    route="route.routes[0]",
    identity="",
    receiver="mail",
    group_by=("reason",),
    group_wait=0.0,
    group_interval=60.0,
    repeat_interval=60.0,
)
GROUP = Group(key="group#1", route=ROUTE, created=NOON, values=(("reason", "BackOff"),), due=NOON)


def test_a_timer_that_is_set_to_when_it_fired_is_reported_at_once() -> None:
    # GIVEN
    timers = Timers()
    timers.set(GROUP)
    assert timers.next(NOON) == (NOON, "group#1", 0)
    # WHEN
    with pytest.raises(EndlessTimer) as found:
        timers.set_again(GROUP, NOON)
    # THEN
    assert str(found.value).startswith(
        "route.routes[0]: at 2026-01-05T12:00:00Z the timer of the group reason=BackOff for mail"
    )


def test_a_timer_may_fire_often_but_not_for_ever_unless_events_come() -> None:
    # GIVEN
    timers = Timers()
    later = replace(GROUP, due=NOON + 60)
    for _ in range(MAX_TURNS):
        timers.set_again(later, NOON)
    # WHEN it comes to rest, or an event comes to it
    timers.set_again(replace(GROUP, due=None), NOON)
    timers.set_again(later, NOON)
    timers.set(later)
    # THEN it is counted anew
    for _ in range(MAX_TURNS):
        timers.set_again(later, NOON)
    with pytest.raises(EndlessTimer, match="has fired 10000 times without an event between"):
        timers.set_again(later, NOON)


def test_a_test_of_rules_whose_timers_are_too_short_fails_and_the_next_one_runs(run: Run) -> None:
    Path("rules.yaml").write_text("route: {receiver: mail, group_interval: 1s, repeat_interval: 1s}")
    Path("rules.tests.yaml").write_text("""
tests:
  - name: endless
    until: 4h
    events: [{event: {reason: NodeNotReady, involvedObject: {kind: Node, name: n1}}}]
    expect: {messages: {}}
  - {name: told, event: {reason: BackOff}, expect: {receivers: [mail]}}
""")
    ran = run("test", "rules.yaml")
    assert (ran.code, ran.err) == (1, "rules.yaml: 1 of 2 tests failed\n")
    assert ran.out.splitlines()[1].startswith("    messages: expected an end of them, found route: at 2026-")
