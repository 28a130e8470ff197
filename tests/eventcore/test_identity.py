"""Identity: the same observation has the same id, index and partition, however often it comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventcore.event import Event
from eventcore.identity import (
    MAX_ID_BYTES,
    MAX_PARTITION_KEY_CHARACTERS,
    IndexPeriod,
    document_time,
    index_name,
    observation_id,
    partition_key,
)
from tests.fixtures.events import RECEIVED_AT, event, raw_event


def at(last: str, *, created: str = "2026-11-21T02:00:00Z", written: str | None = None) -> Event:
    metadata = raw_event()["metadata"] | {
        "creationTimestamp": created,
        "managedFields": [{"time": written}],
    }
    return event(metadata=metadata, lastTimestamp=last, firstTimestamp=created)


def test_an_observation_is_one_state_of_one_event_object() -> None:
    assert observation_id(event()) == "prod-eu:ad28f7e6-daf7-4896-9ecd-e0c310fb7e6f:250"
    assert observation_id(event(cluster="prod-us")) != observation_id(event())


def test_identity_does_not_depend_on_when_it_was_received() -> None:
    later = event(received_at=RECEIVED_AT + timedelta(days=3))
    assert observation_id(later) == observation_id(event())
    assert index_name(later) == index_name(event())
    assert partition_key(later) == partition_key(event())


@given(st.text(st.characters(), max_size=700), st.text(max_size=700))
@settings(deadline=None)
def test_no_id_and_no_partition_key_is_over_its_limit(uid: str, cluster: str) -> None:
    odd = event(cluster=cluster, metadata={"uid": uid}, involvedObject={"uid": uid})
    assert len(observation_id(odd).encode()) <= MAX_ID_BYTES
    assert 1 <= len(partition_key(odd)) <= MAX_PARTITION_KEY_CHARACTERS


def test_over_long_identities_stay_apart() -> None:
    one, two = (event(metadata={"uid": "u" * 600 + end}) for end in "ab")
    assert observation_id(one) != observation_id(two)
    assert observation_id(one).startswith("sha256:")


def test_the_partition_is_that_of_the_involved_object() -> None:
    assert partition_key(event()) == "prod-eu/41ebaa08-3e95-4447-aa65-9f4b1c19e71b"
    nameless = event(involvedObject={"kind": "Pod", "namespace": "shop", "name": "web-1"})
    assert partition_key(nameless) == "prod-eu/shop/Pod/web-1"


@pytest.mark.parametrize(
    ("last", "written", "expected"),
    [
        ("2026-11-21T02:05:00Z", "2026-11-21T02:06:00Z", "02:05:00"),
        # The clock of the node is a day ahead: the server's own last write bounds it.
        ("2026-11-22T02:05:00Z", "2026-11-21T02:06:00Z", "02:06:00"),
        # It is at the epoch: the object was not there before it was created.
        ("1970-01-01T00:00:00Z", "2026-11-21T02:06:00Z", "02:00:00"),
        # Without managedFields, the time of receipt is the only bound left.
        ("2026-11-22T02:05:00Z", None, "02:11:00"),
        # A server whose clock went back still gives one answer.
        ("2026-11-21T02:05:00Z", "2026-11-21T01:00:00Z", "02:00:00"),
    ],
)
def test_the_time_of_a_document_lies_between_creation_and_last_write(
    last: str, written: str | None, expected: str
) -> None:
    time = document_time(at(last, written=written))
    assert time.date() == datetime(2026, 11, 21, tzinfo=UTC).date()
    assert f"{time:%H:%M:%S}" == expected


@pytest.mark.parametrize(
    ("last", "period", "name"),
    [
        ("2026-11-21T02:05:00Z", "day", "kube-events-2026.11.21"),
        ("2026-11-21T02:05:00Z", "month", "kube-events-2026.11"),
        ("2026-11-21T02:05:00Z", "week", "kube-events-2026.w47"),
        # ISO weeks: the first of January 2027 belongs to the last week of 2026.
        ("2027-01-01T02:05:00Z", "week", "kube-events-2026.w53"),
        ("2027-01-04T02:05:00Z", "week", "kube-events-2027.w01"),
    ],
)
def test_the_index_is_named_after_the_day_week_or_month(last: str, period: IndexPeriod, name: str) -> None:
    assert index_name(at(last, created=last, written=last), period) == name


def test_the_prefix_of_the_index_can_be_chosen() -> None:
    assert index_name(event(), prefix="audit") == "audit-2026.11.21"
