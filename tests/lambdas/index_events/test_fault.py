"""What no document can hold is found before it is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from eventcore.event import ContainerExit, Event
from lambdas.index_events.fault import fault_of
from tests.fixtures.events import event

NAIVE = datetime(2026, 11, 21, 2)  # noqa: DTZ001
NEW_YORK = datetime(2026, 11, 21, 2, tzinfo=timezone(timedelta(hours=-5)))
ENDED = ContainerExit(name="app", exit_code=1, restart_count=1)


def test_a_plain_event_has_none() -> None:
    assert fault_of(event()) == ""


@pytest.mark.parametrize(
    "plain",
    [
        event(count=0),
        replace(event(), container=ENDED),
        replace(event(), count=-(2**63)),
        replace(event(), last_seen=datetime.max.replace(tzinfo=UTC)),
        replace(event(), last_seen=datetime.min.replace(tzinfo=UTC)),
        replace(event(), last_seen=datetime(2026, 11, 21, tzinfo=timezone(timedelta(0)))),
    ],
)
def test_odd_and_storable_is_no_fault(plain: Event) -> None:
    assert fault_of(plain) == ""


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (replace(event(), last_seen=NAIVE), "lastSeen is 2026-11-21T02:00:00: a time of a record is in UTC"),
        (replace(event(), first_seen=NEW_YORK), "firstSeen is 2026-11-21T02:00:00-05:00: a time"),
        (replace(event(), received_at=NAIVE), "receivedAt is"),
        (replace(event(), written_at=NAIVE), "writtenAt is"),
        (
            replace(event(), metadata=replace(event().metadata, creation_timestamp=NAIVE)),
            "metadata.creationTimestamp is",
        ),
        (replace(event(), container=replace(ENDED, finished_at=NAIVE)), "container.finishedAt is"),
        (replace(event(), container=replace(ENDED, started_at=NAIVE)), "container.startedAt is"),
        (replace(event(), count=2**63), "count is 9223372036854775808: it must be from -2^63 to 2^63-1"),
        (replace(event(), container=replace(ENDED, exit_code=2**80)), "container.exitCode is"),
        (replace(event(), container=replace(ENDED, restarts=-(2**63) - 1)), "container.restarts is"),
        (replace(event(), container=replace(ENDED, signal=2**63)), "container.signal is"),
        (replace(event(), container=replace(ENDED, restart_count=2**63)), "container.restartCount is"),
    ],
)
def test_a_fault_names_the_field_and_what_is_allowed(odd: Event, said: str) -> None:
    assert fault_of(odd).startswith(said)
