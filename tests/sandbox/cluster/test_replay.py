"""The replaying API server answers as the recorded one did."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import urllib3

from sandbox.cluster import HANDMADE, MAIN, SMALL, ReplayServer
from sandbox.cluster.clock import ReplayClock

RECORDING = Path(__file__).parents[2] / "recording"
EVENTS = "/api/v1/events"

Replay = Callable[..., ReplayServer]


class Client:
    """Talks to one server with its token."""

    def __init__(self, server: ReplayServer, token: str = "") -> None:
        self._server = server
        self._headers = {"Authorization": f"Bearer {token or server.token}"}
        self._pool = urllib3.PoolManager()

    def get(self, path: str, **query: Any) -> tuple[int, dict[str, Any]]:
        answer = self._pool.request("GET", self._server.url + path, fields=query, headers=self._headers)
        self._pool.clear()
        return answer.status, json.loads(answer.data)

    def watch(self, version: int, seconds: float = 0.5) -> list[dict[str, Any]]:
        query = {"watch": "1", "resourceVersion": version, "timeoutSeconds": seconds}
        answer = self._pool.request("GET", self._server.url + EVENTS, fields=query, headers=self._headers)
        self._pool.clear()
        assert answer.status == 200
        return [json.loads(line) for line in answer.data.splitlines()]


def recorded(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((RECORDING / name).read_bytes())
    return content


def version_of(line: dict[str, Any]) -> int:
    return int(line["object"]["metadata"]["resourceVersion"])


def test_a_list_has_the_start_state_in_key_order_on_pages_with_one_version(replay: Replay) -> None:
    server = replay(MAIN, expired_continues=0)
    client = Client(server)
    items, continue_ = [], ""
    versions = set()
    while True:
        status, page = client.get(EVENTS, limit=10, **({"continue": continue_} if continue_ else {}))
        assert status == 200
        assert len(page["items"]) <= 10
        items += page["items"]
        versions.add(page["metadata"]["resourceVersion"])
        continue_ = page["metadata"].get("continue", "")
        if not continue_:
            break
        assert page["metadata"]["remainingItemCount"] == 36 - len(items)
    keys = [(item["metadata"]["namespace"], item["metadata"]["name"]) for item in items]
    assert len(items) == 36
    assert keys == sorted(keys)
    assert len(versions) == 1
    assert not any("kind" in item or "apiVersion" in item for item in items)


def test_a_watch_from_the_version_of_the_list_brings_all_the_rest_byte_for_byte(replay: Replay) -> None:
    server = replay(MAIN, HANDMADE, close_at=-1, gone_at=-1)
    client = Client(server)
    version = int(client.get(EVENTS)[1]["metadata"]["resourceVersion"])
    lines = client.watch(version)
    assert lines == [json.loads(line.raw) for line in server.recording.lines[36:]]
    assert server.finished
    assert server.wait_until_finished(timeout=1)


def test_an_exporter_that_never_stops_is_offered_every_observation(replay: Replay) -> None:
    # GIVEN a server that closes the watch, ends it with a 410, and lets a token expire
    server = replay(MAIN, HANDMADE)
    client = Client(server)
    offered: set[tuple[str, str]] = set()
    version = 0
    lists = 0
    # WHEN the protocol is followed
    while not server.finished:
        if not version:
            lists += 1
            page = client.get(EVENTS)[1]
            version = int(page["metadata"]["resourceVersion"])
            states = page["items"]
            offered |= {(each["metadata"]["uid"], each["metadata"]["resourceVersion"]) for each in states}
        for line in client.watch(version):
            if line["type"] == "ERROR":
                version = 0
            else:
                version = version_of(line)
                if line["type"] != "DELETED":
                    offered.add((line["object"]["metadata"]["uid"], str(version)))
    # THEN
    assert offered == server.expected_observations()
    assert lists == 2


def test_the_compacted_version_is_gone_for_who_resumes_instead_of_listing(replay: Replay) -> None:
    server = replay(SMALL)
    client = Client(server)
    lines: list[dict[str, Any]] = []
    while not lines or lines[-1]["type"] != "ERROR":
        lines += client.watch(version_of(lines[-1]) if lines else 340)
    assert lines[-1] == recorded("410-watch-core.json")
    assert client.watch(version_of(lines[-2])) == [recorded("410-watch-core.json")]
    version = int(client.get(EVENTS)[1]["metadata"]["resourceVersion"])
    assert client.watch(version)[-1]["type"] != "ERROR"


def test_an_expired_continue_token_is_a_410_once_with_one_for_the_rest(replay: Replay) -> None:
    server = replay(MAIN, hold_at=0)
    client = Client(server)
    first = client.get(EVENTS, limit=20)[1]
    token = first["metadata"]["continue"]
    status, answer = client.get(EVENTS, limit=20, **{"continue": token})
    expected = recorded("410-list-continue.json")
    assert status == 410
    assert {**answer, "metadata": None} == {**expected, "metadata": None}
    rest = client.get(EVENTS, **{"continue": answer["metadata"]["continue"]})[1]
    assert first["items"] + rest["items"] == client.get(EVENTS)[1]["items"]
    assert client.get(EVENTS, limit=20, **{"continue": token})[0] == 200


def test_refusals_are_those_that_were_recorded(replay: Replay) -> None:
    server = replay(SMALL)
    client = Client(server)
    assert Client(server, "other").get(EVENTS) == (401, recorded("error-401.json"))
    assert client.get(EVENTS, watch="1", resourceVersion="abc") == (500, recorded("bad-rv-watch-core.json"))
    assert client.get(EVENTS, **{"continue": "abc"}) == (400, recorded("bad-continue-list-core.json"))
    status, answer = client.get(EVENTS, resourceVersion="99999999")
    assert status == 504
    assert answer["details"] == recorded("future-rv-list-core.json")["details"]
    assert client.get("/api/v1/nodes")[0] == 404
    assert client.get("/version")[1]["gitVersion"] == "v1.36.3"


def test_a_watch_from_a_future_version_is_silent_and_closes_in_order(replay: Replay) -> None:
    server = replay(SMALL)
    started = time.monotonic()
    assert Client(server).watch(99_999_999, seconds=0.3) == []
    assert time.monotonic() - started >= 0.3
    assert server.position == server.recording.start


def test_held_it_stands_still_and_goes_on_where_it_was(replay: Replay) -> None:
    server = replay(SMALL, hold_at=50, close_at=-1, gone_at=-1)
    client = Client(server)
    first = client.watch(340)
    assert server.position == 50
    server.hold(70)
    second = client.watch(version_of(first[-1]))
    assert server.position == 70
    server.resume()
    third = client.watch(version_of(second[-1]))
    assert [*first, *second, *third] == [json.loads(line.raw) for line in server.recording.lines[36:]]


def test_restarted_it_ends_open_watches_with_a_410_and_begins_again(replay: Replay) -> None:
    server = replay(SMALL, hold_at=60)
    client = Client(server)
    before = client.get(EVENTS)
    seen: list[dict[str, Any]] = []
    watcher = Thread(target=lambda: seen.extend(client.watch(340, seconds=30)))
    watcher.start()
    assert server.wait_until(60, timeout=10)
    server.restart()
    watcher.join(10)
    assert seen[-1] == recorded("410-watch-core.json")
    assert Client(server).get(EVENTS) == before


def test_a_watcher_that_went_away_moves_nothing_on(replay: Replay) -> None:
    server = replay(SMALL, hold_at=50)
    pool = urllib3.PoolManager()
    headers = {"Authorization": f"Bearer {server.token}"}
    query = {"watch": "1", "resourceVersion": "340"}
    answer = pool.request("GET", server.url + EVENTS, fields=query, headers=headers, preload_content=False)
    assert server.wait_until(50, timeout=10)
    answer.close()
    server.resume()
    assert not server.wait_until(51, timeout=0.5)


def test_a_rate_paces_the_replay(replay: Replay) -> None:
    server = replay(SMALL, rate=50)
    started = time.monotonic()
    Client(server).watch(340, seconds=0.5)
    happened = server.position - server.recording.start
    assert 5 <= happened <= 50 * (time.monotonic() - started) + 1


def test_a_clock_lets_a_second_watcher_read_what_has_happened_while_it_is_held() -> None:
    clock = ReplayClock(10, 20, hold_at=12)
    assert clock.may_serve(9, patience=0)
    assert clock.may_serve(11, patience=0)
    assert not clock.may_serve(12, patience=0)
    clock.served(10)
    clock.served(11)
    assert clock.position == 12
    assert not clock.finished


@pytest.mark.parametrize("absent", [True, False])
def test_it_runs_from_the_command_line(tmp_path: Path, absent: bool) -> None:
    recording = tmp_path / "absent" if absent else SMALL
    command = [sys.executable, "-m", "sandbox.cluster", "--recording", str(recording)]
    command += ["--kubeconfig", str(tmp_path / "kubeconfig")]
    process = subprocess.Popen(
        command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        if absent:
            assert first == f"{recording} is no file\n"
            assert process.wait(10) == 2
        else:
            url = first.split()[0]
            assert process.stdout.readline() == f"KUBECONFIG={tmp_path / 'kubeconfig'}\n"
            assert url in (tmp_path / "kubeconfig").read_text()
    finally:
        process.kill()
        process.communicate()
