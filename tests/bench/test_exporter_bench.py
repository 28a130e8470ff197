"""That the benchmark of exporters counts right, with a few events; its figures are for people."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import urllib3

from bench.exporter import dated
from bench.exporter.api_server import ApiServer
from bench.exporter.cases import CASES, FAR, NEAR, burst, killed, outage, start
from bench.exporter.contenders import FLOOR, FULL, PLAIN, Contender
from bench.exporter.pods import PODS
from bench.exporter.rendered import FIRST_VERSION
from bench.exporter.table import HEAD, Bound, bounds, dated_row, row
from bench.exporter.trial import Result, Trial, TrialError
from sandbox.kinesis_endpoint import Account


@pytest.fixture
def api() -> Iterator[ApiServer]:
    server = ApiServer()
    yield server
    server.close()


def get(api: ApiServer, path: str) -> Any:
    return urllib3.request("GET", f"{api.url}{path}").json()


def watched(api: ApiServer, version: int, number: int) -> list[dict[str, Any]]:
    """So many lines of a watch."""
    url = f"{api.url}/api/v1/events?watch=1&resourceVersion={version}"
    response = urllib3.request("GET", url, preload_content=False)
    # Each line is a chunk of its own.
    lines = [msgspec.json.decode(line) for line in itertools.islice(response.stream(), number)]
    response.close()
    return lines


def test_pages_share_a_version_and_hold_every_object_once(api: ApiServer) -> None:
    # GIVEN
    api.events.prepare(5)
    api.events.write()
    # WHEN
    first = get(api, "/api/v1/events?limit=3")
    second = get(api, f"/api/v1/events?limit=3&continue={first['metadata']['continue']}")
    # THEN
    names = [item["metadata"]["name"] for item in (*first["items"], *second["items"])]
    assert len(set(names)) == 5
    assert names == sorted(names)
    assert first["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"] == "1005"
    assert second["metadata"]["continue"] == ""
    assert api.listed_at is not None


def test_a_watch_brings_what_is_written_after_its_version(api: ApiServer) -> None:
    api.events.prepare(3)
    api.events.write()
    api.events.prepare(2)
    api.events.write_steadily(1000)
    lines = watched(api, FIRST_VERSION + 1, 3)
    versions = [int(line["object"]["metadata"]["resourceVersion"]) for line in lines]
    assert versions == [FIRST_VERSION + 2, FIRST_VERSION + 3, FIRST_VERSION + 4]
    assert {line["type"] for line in lines} == {"ADDED"}


def test_repeats_are_states_of_one_object(api: ApiServer) -> None:
    api.events.prepare(4, same=True)
    api.events.write()
    lines = watched(api, FIRST_VERSION - 1, 4)
    assert [line["type"] for line in lines] == ["ADDED", "MODIFIED", "MODIFIED", "MODIFIED"]
    assert [line["object"]["count"] for line in lines] == [1, 2, 3, 4]
    (item,) = get(api, "/api/v1/events")["items"]
    assert item["count"] == 4


def test_events_are_as_large_as_the_recordings(api: ApiServer) -> None:
    api.events.prepare(1)
    api.events.write()
    (line,) = watched(api, FIRST_VERSION - 1, 1)
    assert 1250 < len(msgspec.json.encode(line)) < 1400


def test_there_are_pods_and_a_lease(api: ApiServer) -> None:
    assert len(get(api, "/api/v1/pods")["items"]) == PODS
    assert get(api, api.lease.path)["kind"] == "Lease"


@pytest.mark.parametrize("contender", [FLOOR, PLAIN, FULL])
def test_a_burst_is_delivered_and_measured(contender: Contender) -> None:
    result = burst(500, NEAR)(contender)
    account = result.account
    assert (account.delivered, account.lost, account.duplicated) == (500, 0, 0)
    assert account.median is not None
    assert result.per_second > 0
    assert result.peak_mebibytes > 10


def test_repeats_old_events_and_outages_lose_nothing() -> None:
    for run, events in (
        (burst(50, FAR, same=True), 50),
        (start(600), 600),
        (outage(100, 1, at=0.2, lasts=0.5), 100),
    ):
        account = run(PLAIN).account
        assert (account.delivered, account.lost) == (events, 0)


def test_killed_in_a_burst_it_goes_on_from_what_is_left() -> None:
    # GIVEN no Lease to wait for, so that all is sent once more
    account = killed(2000, after=500)(PLAIN).account
    assert (account.delivered, account.lost) == (2000, 0)


def test_a_contender_that_does_not_start_says_why() -> None:
    broken = Contender("broken", lambda _url, _folder: ["python3", "-c", "raise SystemExit('no such thing')"])
    with pytest.raises(TrialError, match="no such thing"), Trial(broken) as trial:
        trial.start()


def made_up(*, delivered: int = 1000, last: float = 1.0, peak: float = 50.0, cpu: float = 1.0) -> Result:
    account = Account(
        delivered=delivered,
        lost=1000 - delivered,
        duplicated=0,
        refused=0,
        other=0,
        calls=2,
        median=0.5,
        p99=0.9,
        last=last,
    )
    return Result(account, 1000, cpu, 10.0, peak)


def test_bounds_are_about_ratios_within_one_round() -> None:
    # GIVEN a machine that is twice as slow in the second round
    results = {
        ("burst-50k", PLAIN.name): [made_up(last=1.0), made_up(last=2.0)],
        ("burst-50k", FLOOR.name): [made_up(last=0.8), made_up(last=1.6)],
        ("steady", PLAIN.name): [made_up(cpu=0.4)],
    }
    # WHEN
    found = {bound.what: bound for bound in bounds(results)}
    # THEN
    speed = found["events/s over the bare loop's, 50,000 at 0 ms"]
    assert speed.figure == pytest.approx(0.8)
    assert speed.met
    assert found["percent of one core at 100/s, ours, plain"].figure == pytest.approx(4)
    assert found["events lost, ours, all cases"].met


def test_what_is_missed_is_said() -> None:
    results = {("start-50k", FULL.name): [made_up(delivered=999, peak=101)]}
    missed = [bound for bound in bounds(results) if not bound.met]
    assert [bound.figure for bound in missed] == [101, 1]
    assert all("MISSED" in bound.line() for bound in missed)
    assert not Bound("x", 0.4, 0.5, at_least=True).met


def test_a_row_is_as_wide_as_its_head() -> None:
    assert len(row("ours, plain", [made_up()])) == len(HEAD)


def test_figures_of_another_day_say_so() -> None:
    names = {case.name for case in CASES}
    assert dated.FIGURES.keys() <= names
    line = dated_row(next(case for case in CASES if case.name == "repeats"))
    assert line is not None
    assert f"NOT of this run but of {dated.MEASURED}" in line
    assert time.strptime(dated.MEASURED, "%Y-%m-%d")
