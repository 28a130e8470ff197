"""The replaying API server keeps one Lease, and says of everything that it is allowed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import urllib3

from sandbox.cluster import SMALL, ReplayServer

ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@pytest.fixture
def server(replay: Callable[..., ReplayServer]) -> ReplayServer:
    return replay(SMALL)


def ask(server: ReplayServer, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {server.token}"}
    with urllib3.PoolManager() as pool:
        answer = pool.request(method, server.url + path, body=json.dumps(body), headers=headers)
        return answer.status, json.loads(answer.data)


def test_the_lease_is_there_from_the_start_and_nobodys(server: ReplayServer) -> None:
    status, lease = ask(server, "GET", server.lease.path)
    assert status == 200
    assert (lease["kind"], lease["spec"]) == ("Lease", {})


def test_a_write_is_stored_under_a_new_version(server: ReplayServer) -> None:
    lease = ask(server, "GET", server.lease.path)[1]
    lease["spec"]["holderIdentity"] = "one"
    lease["metadata"]["annotations"] = {"a": "b"}
    status, stored = ask(server, "PUT", server.lease.path, lease)
    assert status == 200
    assert int(stored["metadata"]["resourceVersion"]) > int(lease["metadata"]["resourceVersion"])
    assert stored["spec"] == {"holderIdentity": "one"}
    assert stored["metadata"]["annotations"] == {"a": "b"}
    assert ask(server, "GET", server.lease.path) == (200, stored)


def test_a_write_of_a_stale_version_is_a_conflict(server: ReplayServer) -> None:
    lease = ask(server, "GET", server.lease.path)[1]
    stored = ask(server, "PUT", server.lease.path, lease)[1]
    status, answer = ask(server, "PUT", server.lease.path, lease)
    assert (status, answer["reason"]) == (409, "Conflict")
    assert server.lease.document == stored


def test_a_write_of_another_objects_uid_is_a_conflict(server: ReplayServer) -> None:
    lease = ask(server, "GET", server.lease.path)[1]
    server.lease.remake()
    assert ask(server, "PUT", server.lease.path, lease)[0] == 409
    assert server.lease.document["metadata"]["uid"] != lease["metadata"]["uid"]


def test_a_restart_brings_the_lease_back_as_it_was(server: ReplayServer) -> None:
    lease = ask(server, "GET", server.lease.path)[1]
    ask(server, "PUT", server.lease.path, lease)
    server.restart()
    assert ask(server, "GET", server.lease.path)[1] == lease


def test_another_lease_is_not_found(server: ReplayServer) -> None:
    other = server.lease.path + "-2"
    for method in ("GET", "PUT"):
        status, answer = ask(server, method, other, {})
        assert (status, answer["reason"]) == (404, "NotFound")
        assert answer["message"] == 'leases.coordination.k8s.io "kube-events-exporter-2" not found'


def test_nonsense_is_refused(server: ReplayServer) -> None:
    assert ask(server, "PUT", server.lease.path, ["no Lease"])[0] == 400
    assert ask(server, "POST", ACCESS_REVIEWS, "no review")[0] == 400
    assert ask(server, "POST", "/api/v1/pods", {})[0] == 404


def test_whoever_is_let_in_may_do_everything(server: ReplayServer) -> None:
    review = {"spec": {"resourceAttributes": {"verb": "watch", "resource": "events"}}}
    status, answer = ask(server, "POST", ACCESS_REVIEWS, review)
    assert (status, answer["status"]["allowed"], answer["spec"]) == (201, True, review["spec"])
