"""What the demo expects to be told, by rules and states alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eventcore.event import Event
from eventcore.rules import Ruleset, decode_compiled
from kube_events.rules.files import compile_file
from sandbox.demo.expectation import Wanted, stored_events, wanted
from tests.fixtures.events import raw_event

RULES = """
route:
  receiver: everything
  group_by: [involvedObject.namespace]
  routes:
    - match: {count: [{numeric: [">", 5]}]}
      receivers: [pager]
      continue: true
    - receiver: everything
"""
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def state(uid: str, *, count: int = 1, reason: str = "BackOff", at: int = 0, **more: Any) -> dict[str, Any]:
    raw = raw_event()
    time = f"{NOON + timedelta(seconds=at):%Y-%m-%dT%H:%M:%SZ}"
    metadata = {**raw["metadata"], "uid": uid, "resourceVersion": str(count), "managedFields": None}
    return raw | {
        "metadata": metadata,
        "reason": reason,
        "count": count,
        "firstTimestamp": time,
        "lastTimestamp": time,
        **more,
    }


def expected(tmp_path: Path, *states: dict[str, Any]) -> Wanted:
    source = tmp_path / "rules.yaml"
    source.write_text(RULES)
    rules = Ruleset(decode_compiled(compile_file(source)))
    received_at = NOON + timedelta(minutes=1)
    events: list[Event] = [*stored_events(states, rules, cluster="demo", received_at=received_at).values()]
    return wanted(events, rules)


def test_of_each_event_the_highest_count_is_wanted_in_whatever_order_its_states_come(tmp_path: Path) -> None:
    # GIVEN
    seven, three, other = state("a", count=7), state("a", count=3), state("b", count=2)
    # WHEN
    found = expected(tmp_path, seven, three, other, three)
    # THEN
    assert (found.of("everything"), found.of("pager"), found.of("nobody")) == (9, 7, 0)


def test_an_event_that_changes_its_group_is_wanted_in_both(tmp_path: Path) -> None:
    elsewhere = raw_event()["involvedObject"] | {"namespace": "elsewhere"}
    found = expected(tmp_path, state("a", count=2), state("a", count=3, involvedObject=elsewhere))
    assert sorted(found.counts.values()) == [2, 3]


def test_only_what_another_event_ends_afterwards_may_be_over(tmp_path: Path) -> None:
    # GIVEN two pods that could not be scheduled, of which one was, and an event before that
    web = {"kind": "Pod", "namespace": "shop", "name": "web"}
    other = web | {"name": "other"}
    found = expected(
        tmp_path,
        state("a", reason="FailedScheduling", at=1, involvedObject=web),
        state("b", reason="FailedScheduling", at=1, involvedObject=other),
        state("c", reason="FailedScheduling", at=9, involvedObject=web),
        state("d", reason="Scheduled", at=5, involvedObject=web),
    )
    # THEN
    assert [place.uid for place in found.may_be_over] == ["a"]
