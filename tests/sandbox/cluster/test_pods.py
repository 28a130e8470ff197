"""The replaying API server shows Pods beside the events, at the speed of who reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import urllib3

from sandbox.cluster import PODS, SMALL, ReplayServer

PATH = "/api/v1/pods"

Replay = Callable[..., ReplayServer]


def read(server: ReplayServer, **query: Any) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {server.token}"}
    with urllib3.PoolManager() as pool:
        answer = pool.request("GET", server.url + PATH, fields=query, headers=headers)
        return [json.loads(line) for line in answer.data.splitlines()]


def watch(server: ReplayServer, version: str) -> list[dict[str, Any]]:
    return read(server, watch=1, resourceVersion=version, timeoutSeconds=1)


def version_of(line: dict[str, Any]) -> str:
    return str(line["object"]["metadata"]["resourceVersion"])


def test_a_list_has_the_pods_of_the_start(replay: Replay) -> None:
    (pods,) = read(replay(SMALL, pods=(PODS,)))
    assert pods["kind"] == "PodList"
    assert [pod["metadata"]["name"] for pod in pods["items"]] == ["web-68666789c7-9fhtj"]


def test_a_watcher_is_offered_every_state_through_a_closed_watch_and_a_410(replay: Replay) -> None:
    # GIVEN
    server = replay(SMALL, pods=(PODS,))
    seen: list[dict[str, Any]] = []
    lists = 0
    version = ""
    # WHEN the protocol is followed
    while not server.pods.clock.finished:
        if not version:
            version = read(server)[0]["metadata"]["resourceVersion"]
            lists += 1
        for line in watch(server, version):
            version = "" if line["type"] == "ERROR" else version_of(line)
            if line["type"] != "ERROR":
                seen.append(line)
    # THEN
    assert seen == [json.loads(line.raw) for line in server.pods.recording.lines[1:]]
    assert lists == 2
    assert {line["type"] for line in seen} == {"ADDED", "MODIFIED", "DELETED", "BOOKMARK"}


def test_reading_pods_moves_no_event_on(replay: Replay) -> None:
    server = replay(SMALL, pods=(PODS,))
    watch(server, read(server)[0]["metadata"]["resourceVersion"])
    assert server.position == server.recording.start


def test_a_cluster_without_pods_has_an_empty_list_and_a_silent_watch(replay: Replay) -> None:
    server = replay(SMALL)
    (pods,) = read(server)
    assert pods["items"] == []
    assert int(pods["metadata"]["resourceVersion"]) > 0
    assert watch(server, pods["metadata"]["resourceVersion"]) == []
