"""OpenSearch fails for a while, as it does: what comes meanwhile is stored exactly, soon after it is back.

OUTAGE_MINUTE is how many seconds a minute of these outages has: 60 in `make test-outages`, 5 in `make test`.
"""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import urllib3

from eventcore.identity import observation_id
from eventcore.wire import decode
from sandbox.demo.outcome import Patience
from tests.end_to_end.flow import BAD_FIELD, BAD_MAPPING, ONE_IN, PER_SECOND, Flow, inexact
from tests.end_to_end.index_path import BATCH, LANES, IndexPath, Wait, deployed
from tests.fixtures.opensearch import OpenSearchApi

pytestmark = [pytest.mark.end_to_end, pytest.mark.opensearch, pytest.mark.terraform]

MINUTE = float(os.environ.get("OUTAGE_MINUTE", "5"))
SOON = 60.0
"""Seconds. The mapping tries a batch again within five; the rest is for a machine that is busy."""

logger = logging.getLogger(__name__)

Outage = Callable[[IndexPath, Wait], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexPath]:
    """The way to the index, deployed."""
    batching = {"index_events": {"size": BATCH, "window": 1, "parallelization": LANES}}
    with deployed(tmp_path_factory.mktemp("outages"), batching=batching) as path:
        yield path


def documents(path: IndexPath, cluster: str) -> list[dict[str, Any]]:
    """Everything of one cluster, as people find it."""
    with urllib3.PoolManager(timeout=30, retries=False) as http:
        api = OpenSearchApi(path.search.url, http)
        return api.documents("kubernetes-events", query={"term": {"cluster.name": cluster}})


def stored(path: IndexPath, cluster: str) -> set[str]:
    """Ids of everything of one cluster."""
    return {hit["_id"] for hit in documents(path, cluster)}


@pytest.mark.parametrize(
    ("name", "outage", "minutes"),
    [
        ("killed", IndexPath.killed, 2),
        ("throttling", IndexPath.throttling, 1),
        ("read-only", IndexPath.read_only, 2),
    ],
)
def test_an_outage_delays_what_comes_meanwhile_until_its_end_and_loses_nothing(
    path: IndexPath, name: str, outage: Outage, minutes: float
) -> None:
    # GIVEN a steady flow to a server that refuses one document in a hundred
    flow = Flow(name, path.put)
    path.make_index(flow.example, BAD_MAPPING)
    healthy = path.mapping()
    flow.run(ONE_IN / PER_SECOND + 1)
    assert Patience().wait_for(path.settled)
    before = path.mapping()
    # WHEN it fails for minutes, and is back
    with outage(path, flow.run_until):
        flow.run(minutes * MINUTE)
        during = path.mapping()
    back, at_the_end, meanwhile = time.monotonic(), path.mapping(), set(flow.good)
    flow.run_until(lambda: stored(path, name) >= meanwhile or time.monotonic() > back + SOON)
    after, delay = path.mapping(), time.monotonic() - back
    assert Patience().wait_for(path.settled)
    # THEN each document is there once and as it was put, and the bad ones are set aside with their reason
    assert inexact(documents(path, name), flow.good) == {}
    letters = {letter["reason"]: decode(letter["payload"]) for letter in path.dead_letters()}
    letters = {reason: event for reason, event in letters.items() if event.cluster.name == name}
    assert {observation_id(event): event for event in letters.values()} == flow.bad
    assert all(BAD_FIELD in reason and "mapper_parsing_exception" in reason for reason in letters)
    # AND these kept nobody waiting: without the outage no batch came twice
    assert before.failed_batches == healthy.failed_batches
    # AND nothing was given up by the mapping, which did not hammer the server while it was away
    tries = during.batches - before.batches
    assert path.mapping().discarded == 0
    assert (during.succeeded, during.pending > 0) == (before.succeeded, True)
    assert tries <= LANES * (10 + minutes * MINUTE)
    # AND nobody waited beyond the outage: a handful of invocations for the batch that was halved down to
    # single records (bisect), one for each full batch that came meanwhile, and then those of every second
    backlog = len(meanwhile) / BATCH
    invocations = after.batches - at_the_end.batches
    assert delay < SOON
    assert invocations <= LANES * (math.log2(BATCH) + 3 + backlog + delay)
    logger.info(
        "%s for %.0f s: %d events put, %d stored, %d set aside; %d invocations during it, and %d after it in "
        "%.1f s until all was stored that came before its end",
        *(name, minutes * MINUTE, flow.put, len(flow.good), len(flow.bad), tries, invocations, delay),
    )


def test_a_disk_that_is_full_is_told_from_a_server_that_is_busy(path: IndexPath) -> None:
    # GIVEN indices that nobody may write to
    flow = Flow("full", path.put)
    told = path.metric("DocumentsBlocked")
    with path.read_only(flow.run_until):
        # WHEN something comes
        flow.run(1)
        # THEN it is counted for itself, and comes again
        assert Patience().wait_for(lambda: path.metric("DocumentsBlocked") > told)
        assert path.mapping().pending > 0
    assert Patience().wait_for(path.settled)
    assert inexact(documents(path, "full"), flow.good) == {}
