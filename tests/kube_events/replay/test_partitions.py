"""Where Firehose files a record, by the expression that Terraform gives it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import jq
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventcore.event import Cluster
from eventcore.identity import document_time
from eventcore.wire import WireError, decode, encode, encode_heartbeat
from tests.fixtures.events import event, heartbeat
from tests.kube_events.replay.conftest import PARTITIONS

EXPRESSION = jq.compile(PARTITIONS.read_text())

# Of one day, so that each often lies next to a midnight; with and without a fraction.
times = st.datetimes(
    datetime.fromisoformat("2026-11-19"), datetime.fromisoformat("2026-11-22"), timezones=st.just(UTC)
).map(lambda time: time.replace(microsecond=0) if time.microsecond % 2 else time)


def filed(data: bytes) -> dict[str, str]:
    keys: dict[str, str] = EXPRESSION.input_text(data.decode()).first()
    return keys


@given(created=times, last=times, written=st.none() | times, received=times)
def test_a_day_of_the_archive_holds_what_a_day_of_the_index_holds(
    created: datetime, last: datetime, written: datetime | None, received: datetime
) -> None:
    one = msgspec.structs.replace(event(), last_seen=last, written_at=written, received_at=received)
    one = msgspec.structs.replace(
        one, metadata=msgspec.structs.replace(one.metadata, creation_timestamp=created)
    )
    assert filed(encode(one)) == {
        "record": "event",
        "date": f"{document_time(one):%Y-%m-%d}",
        "cluster": "prod-eu",
    }


@pytest.mark.parametrize("name", ["a", "prod.eu_1-X", "x" * 100])
def test_a_clusters_name_is_what_it_is(name: str) -> None:
    assert filed(encode_heartbeat(heartbeat(name)))["cluster"] == name
    assert filed(encode(event(cluster=name)))["cluster"] == name


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_an_odd_name_of_a_cluster_makes_no_folder_of_its_own(name: str) -> None:
    """Who may write to the stream may claim any name. jq 1.6 and 1.7 leave different signs as they are."""
    one = msgspec.structs.replace(event(), cluster=Cluster(name=name))
    found = filed(encode(one))["cluster"]
    assert re.fullmatch(r"[A-Za-z0-9_.~!*'()%-]+", found)
    assert unquote(found) == name


def test_a_heartbeat_is_filed_beside_the_events() -> None:
    assert filed(encode_heartbeat(heartbeat())) == {
        "record": "heartbeat",
        "date": "2026-11-21",
        "cluster": "prod-eu",
    }


def _changed(**changes: Any) -> bytes:
    record = json.loads(encode(event()))
    for path, value in changes.items():
        *above, last = path.split("__")
        inner = record
        for name in above:
            inner = inner[name]
        inner[last] = value
    return json.dumps(record).encode()


@pytest.mark.parametrize(
    "poison",
    [
        b"not json",
        b"[]",
        b"7",
        b"{}",
        _changed(record="other"),
        _changed(record=None),
        _changed(metadata__uid=""),
        _changed(metadata__uid=7),
        _changed(metadata__resourceVersion=None),
        _changed(cluster__name=""),
        _changed(cluster=None),
        _changed(lastSeen="soon", metadata__creationTimestamp="soon", writtenAt="soon"),
        _changed(lastSeen=7, metadata__creationTimestamp=7, writtenAt=7),
    ],
)
def test_what_is_no_record_goes_to_the_errors(poison: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        filed(poison)
    # as the index function sets it aside
    try:
        one = decode(poison)
    except WireError:
        return
    assert not (one.metadata.uid and one.metadata.resource_version and one.cluster.name)


def test_the_jq_of_this_machine_says_the_same() -> None:
    """Firehose has jq 1.6; the library has a newer one. Where a machine has 1.6, it is asked as well."""
    program = shutil.which("jq")
    if program is None:
        pytest.skip("jq 1.6 was NOT tested: there is no jq on this machine")
    lines = [encode(event()), encode_heartbeat(heartbeat("a.b")), encode(event(cluster="a/b ü"))]
    found = subprocess.run(
        [program, "--compact-output", "--from-file", PARTITIONS],
        input=b"\n".join(lines),
        capture_output=True,
        check=True,
    )
    assert [json.loads(line) for line in found.stdout.splitlines()] == [filed(line) for line in lines]
