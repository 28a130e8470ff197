"""Retention on a server that has index state management: what is too old goes, by itself.

The document that is put is checked without a server in tests/lambdas/setup_index/test_retention_policy.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lambdas.setup_index.definitions import retention_policy
from tests.fixtures.leftovers import POLICIES
from tests.fixtures.opensearch_api import OpenSearchApi

pytestmark = pytest.mark.search

POLICY = f"{POLICIES}/kube-events-retention"
INDEX = "kube-events-2026.11.21"

PATIENCE_SECONDS = 600
"""Deletion takes up to three runs of a job that runs once a minute at most; a busy machine is late, too."""

BUSY = {
    "plugins.index_state_management.job_interval": 1,  # minutes; the smallest there is
    "plugins.index_state_management.jitter": 0,
}


@pytest.fixture
def ism(search_with_ism: OpenSearchApi) -> Iterator[OpenSearchApi]:
    """A server whose indices are looked at once a minute."""
    search_with_ism.call("PUT", "/_cluster/settings", {"persistent": BUSY})
    yield search_with_ism
    search_with_ism.call("PUT", "/_cluster/settings", {"persistent": dict.fromkeys(BUSY)})


def until(condition: Callable[[], bool]) -> None:
    """Ask once a second; what is waited for happens on the server's own clock."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {PATIENCE_SECONDS} s"
        time.sleep(1)


def explanation(api: OpenSearchApi) -> dict[str, Any]:
    found: dict[str, Any] = api.call("GET", f"/_plugins/_ism/explain/{INDEX}")[INDEX]
    return found


def test_the_policy_is_put_once_and_changed_when_the_retention_does(
    ism: OpenSearchApi, set_up: Callable[..., Any]
) -> None:
    assert set_up()["policy"] == "created"
    first = ism.call("GET", POLICY)
    assert set_up()["policy"] == "unchanged"
    assert ism.call("GET", POLICY) == first
    assert set_up(RETENTION_DAYS="31")["policy"] == "updated"
    assert ism.call("GET", POLICY)["_version"] == first["_version"] + 1


def test_an_index_has_the_policy_as_soon_as_it_is_made(
    ism: OpenSearchApi, set_up: Callable[..., Any]
) -> None:
    # GIVEN
    set_up()
    # WHEN the first event of a day makes its index, and an index of somebody else is made
    ism.call("PUT", f"/{INDEX}/_create/1", {"count": 1})
    ism.call("PUT", "/other")
    # THEN
    try:
        until(lambda: explanation(ism).get("policy_id") == "kube-events-retention")
        other = ism.call("GET", "/_plugins/_ism/explain/other")["other"]
        assert other["index.plugins.index_state_management.policy_id"] is None
    finally:
        ism.call("DELETE", "/other")


def test_an_index_that_is_too_old_is_deleted_and_one_that_is_not_stays(ism: OpenSearchApi) -> None:
    # GIVEN the policy as it is put, but in seconds, for one index; and as it is for another
    document = retention_policy(30, "day")
    short = retention_policy(30, "day")
    for state in short["policy"]["states"]:
        for transition in state["transitions"]:
            transition["conditions"] = {"min_index_age": "1s"}
    short["policy"]["ism_template"] = [{"index_patterns": [INDEX], "priority": 101}]
    ism.call("PUT", POLICY, document)
    ism.call("PUT", f"{POLICIES}/kube-events-short", short)
    # WHEN
    ism.call("PUT", f"/{INDEX}/_create/1", {"count": 1})
    ism.call("PUT", "/kube-events-2026.11.22/_create/1", {"count": 1})
    # THEN
    until(lambda: INDEX not in ism.indices())
    assert ism.indices() == ["kube-events-2026.11.22"]
