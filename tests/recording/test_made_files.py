"""The made recordings are what their script writes, and lines that an API server could have sent."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from eventcore.wire import MAX_RECORD_BYTES
from sandbox.cluster import HANDMADE, MAIN, PODS, SMALL, load_recording
from tests.recording import make


@pytest.mark.parametrize(("path", "content"), list(make.written()), ids=["handmade", "small", "pods"])
def test_the_committed_file_is_what_the_script_writes(path: Path, content: bytes) -> None:
    committed = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    assert committed == content


def test_the_main_stream_is_what_its_description_says() -> None:
    recording = load_recording(MAIN)
    assert Counter(line.type for line in recording.lines) == {"ADDED": 326, "MODIFIED": 129, "DELETED": 312}
    assert len(recording.observations()) == 455
    assert recording.start == 36


@pytest.mark.parametrize("paths", [(MAIN, HANDMADE), (SMALL, HANDMADE), (SMALL,)])
def test_every_state_is_an_observation_of_its_own(paths: tuple[Path, ...]) -> None:
    recording = load_recording(*paths)
    states = [line for line in recording.lines if line.type != "DELETED"]
    assert len(recording.observations()) == len(states)


def test_handmade_states_hold_what_the_recording_lacks() -> None:
    lines = load_recording(HANDMADE).lines
    states = [json.loads(line.object) for line in lines]
    counts = [each["count"] for each in states if each["metadata"]["name"].startswith("falling-count")]
    assert counts == [1, 9, 4, 5]
    assert max(len(each["message"].encode()) for each in states) > 64 * 1024
    assert max(len(line.object) for line in lines) > MAX_RECORD_BYTES
    by_name: dict[str, set[str]] = {}
    for line in lines:
        by_name.setdefault(line.meta.name, set()).add(line.meta.uid)
    assert [name for name, uids in by_name.items() if len(uids) > 1] == ["recreated.18e9ea0000000002"]


def test_three_states_of_the_pods_are_corrected_and_no_other() -> None:
    recorded, made = load_recording(make.RECORDED_PODS).lines, load_recording(PODS).lines
    assert len(made) == len(recorded) == 210
    assert [line.version for line, before in zip(made, recorded, strict=True) if line != before] == [
        407,
        434,
        454,
    ]


def test_a_container_that_was_killed_keeps_its_id_in_the_pods() -> None:
    kills: dict[str, set[int]] = {}
    for line in load_recording(PODS).lines:
        for status in json.loads(line.object).get("status", {}).get("containerStatuses", ()):
            for end in (status["state"].get("terminated"), status["lastState"].get("terminated")):
                if end and end["reason"] == "OOMKilled":
                    waits = end["containerID"] == status["containerID"]
                    kills.setdefault(end["containerID"], set()).add(status["restartCount"] - (not waits))
    assert list(kills.values()) == [{0}, {1}, {2}]
