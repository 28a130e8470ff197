"""What the account of the demo takes for the end of a container."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sandbox.cluster import PODS, load_recording
from sandbox.demo.ends import ends_shown


def pod(**statuses: Any) -> dict[str, Any]:
    return {"metadata": {"uid": "u-1"}, "status": statuses}


def terminated(second: int, reason: str = "Error") -> dict[str, Any]:
    return {"terminated": {"exitCode": 1, "reason": reason, "finishedAt": f"2026-11-21T02:00:{second:02}Z"}}


def test_an_end_is_the_same_in_state_and_in_last_state() -> None:
    now = pod(containerStatuses=[{"name": "app", "state": terminated(1), "lastState": {}}])
    later = pod(containerStatuses=[{"name": "app", "state": {"running": {}}, "lastState": terminated(1)}])
    assert len(ends_shown([now, later])) == 1


def test_both_ends_that_a_status_shows_count_and_those_of_init_containers() -> None:
    both = [{"name": "app", "state": terminated(2), "lastState": terminated(1)}]
    init = [{"name": "app", "state": terminated(1), "lastState": {}}]
    assert len(ends_shown([pod(containerStatuses=both)])) == 2
    assert len(ends_shown([pod(initContainerStatuses=init)])) == 1


def test_pods_that_run_or_have_no_status_show_none() -> None:
    running = pod(containerStatuses=[{"name": "app", "state": {"running": {}}, "lastState": {}}])
    assert ends_shown([running, pod(), {"metadata": {"uid": "u-2"}}]) == frozenset()


def test_the_recording_has_three_kills_and_eleven_other_ends() -> None:
    states = [json.loads(line.object) for line in load_recording(PODS).lines if line.type != "BOOKMARK"]
    assert Counter(end.killed for end in ends_shown(states)) == {True: 3, False: 11}
