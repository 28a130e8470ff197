"""Identity: the same observation has the same id, index and partition, however often it comes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from eventcore.event import SEVERITIES, Cluster, Event, Metadata, Severity
from eventcore.identity import (
    INDEX_NAME_PATTERN,
    MAX_ID_BYTES,
    MAX_INDEX_NAME_CHARACTERS,
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


@pytest.mark.parametrize(
    ("name", "cluster", "expected"),
    [
        ("kube-events-audit", "prod-eu", "kube-events-audit-2026.11.21"),
        ("kube-events-{cluster}", "prod-eu", "kube-events-prod-eu-2026.11.21"),
        ("kube-events-audit-{cluster}", "prod-eu", "kube-events-audit-prod-eu-2026.11.21"),
        ("kube-events-{cluster}", "Prod.EU_1", "kube-events-prod-eu-1-2026.11.21"),
    ],
)
def test_the_index_can_be_named_after_the_cluster(name: str, cluster: str, expected: str) -> None:
    assert re.match(INDEX_NAME_PATTERN, name)
    assert index_name(event(cluster=cluster), name=name) == expected


NAMES = st.from_regex(INDEX_NAME_PATTERN, fullmatch=True).filter(
    lambda n: len(n) <= MAX_INDEX_NAME_CHARACTERS
)
PERIODS: st.SearchStrategy[IndexPeriod] = st.sampled_from(["day", "week", "month"])
SEEN = st.datetimes(timezones=st.just(UTC))


@given(NAMES, st.text(max_size=300), PERIODS, SEEN)
@settings(deadline=None)
def test_every_name_is_one_that_opensearch_takes(
    name: str, cluster: str, period: IndexPeriod, seen: datetime
) -> None:
    metadata = Metadata(uid="u", resource_version="1", creation_timestamp=seen)
    odd = replace(event(), cluster=Cluster(name=cluster), metadata=metadata, last_seen=seen, written_at=seen)
    index = index_name(odd, period, name)
    # https://docs.opensearch.org/latest/api-reference/index-apis/create-index/#index-naming-restrictions
    assert not set(index) & set(' ,:"*+/\\|?#><')
    assert index == index.lower()
    assert len(index.encode()) <= 255
    # What template, policy and role are made for, and what a query by date looks for
    assert re.fullmatch(r"kube-events-([a-z0-9-]*-)?\d{4}\.(\d\d|w\d\d|\d\d\.\d\d)", index)
    assert index_name(odd, period, name) == index


@given(NAMES, st.text(max_size=20), PERIODS, SEEN, st.integers(0, 400), st.sampled_from(SEVERITIES))
@settings(deadline=None)
def test_an_observation_is_filed_in_one_index_whenever_it_comes_and_whatever_rules_say(
    name: str, cluster: str, period: IndexPeriod, seen: datetime, days: int, severity: Severity
) -> None:
    first = replace(event(), cluster=Cluster(name=cluster), last_seen=seen)
    again = replace(first, received_at=first.received_at + timedelta(days=days), severity=severity)
    assert observation_id(first) == observation_id(again)
    assert index_name(first, period, name) == index_name(again, period, name)
