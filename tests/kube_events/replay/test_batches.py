"""What is in one invocation, whatever is in the source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventcore.wire import encode, encode_heartbeat
from kube_events.errors import CommandError
from kube_events.reindex.found import Found, Mark
from kube_events.reindex.function import MAX_BYTES, MAX_RECORDS, Answer, size_of
from kube_events.reindex.progress_file import ProgressFile
from kube_events.reindex.rate import Rate
from kube_events.reindex.run import Reindexing
from kube_events.reindex.sender import Sender
from tests.fixtures.events import event, heartbeat, raw_event

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Recorder:
    """Takes everything."""

    name = "recorder"

    def __init__(self) -> None:
        self.batches: list[list[Found]] = []

    def index(self, batch: Sequence[Found]) -> Answer:
        self.batches.append(list(batch))
        return Answer(frozenset(), {})


def observation(number: int, message_bytes: int) -> bytes:
    return encode(
        event(
            metadata=raw_event()["metadata"] | {"resourceVersion": str(number)}, message="m" * message_bytes
        )
    )


def run(
    datas: list[bytes],
    path: Path | None = None,
    batch_size: int = MAX_RECORDS,
    recorder: Recorder | None = None,
) -> tuple[Recorder, ProgressFile]:
    recorder, progress = recorder or Recorder(), ProgressFile(path, "replay", {}, NOW)
    sender = Sender(recorder, progress.progress.tally, Rate(None), say=lambda _: None)
    found = [Found(Mark("s", str(each)), f"s:{each}", "arn", NOW, data) for each, data in enumerate(datas)]
    Reindexing(sender, progress, wanted=lambda _: True, say=lambda _: None, batch_size=batch_size).run(found)
    return recorder, progress


@given(
    sizes=st.lists(st.sampled_from([0, 10, 30_000]), max_size=60),
    batch_size=st.integers(1, 40),
    noise=st.sets(st.integers(0, 59)),
)
def test_nothing_is_lost_doubled_or_over_a_limit(sizes: list[int], batch_size: int, noise: set[int]) -> None:
    datas = [
        (b"poison" if position % 2 else encode_heartbeat(heartbeat()))
        if position in noise
        else observation(position, size)
        for position, size in enumerate(sizes)
    ]
    recorder, progress = run(datas, batch_size=batch_size)
    wanted = [f"s:{position}" for position in range(len(sizes)) if position not in noise]
    assert [found.id for batch in recorder.batches for found in batch] == wanted
    assert all(0 < len(batch) <= batch_size for batch in recorder.batches)
    tally = progress.progress.tally
    assert tally.read == len(sizes)
    assert tally.wanted == tally.indexed == len(wanted)
    assert tally.heartbeats + tally.poison == len(sizes) - len(wanted)
    if sizes:
        assert progress.progress.marks == {"s": str(len(sizes) - 1)}


def test_five_megabytes_are_enough_for_one_invocation() -> None:
    # GIVEN records of 200 KiB, which travel as 270 KiB of base64
    labels = {f"label-{number}": "v" * 4000 for number in range(50)}
    one = encode(event(metadata=raw_event()["metadata"] | {"labels": labels}))
    assert len(one) > 200_000
    recorder, _ = run([one] * 60)
    sizes = [sum(map(size_of, batch)) for batch in recorder.batches]
    assert max(sizes) <= MAX_BYTES
    assert max(sizes) > MAX_BYTES * 0.9
    assert sum(len(batch) for batch in recorder.batches) == 60


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    # Before anything is sent.
    with pytest.raises(CommandError, match="not-there: no such folder"):
        ProgressFile(tmp_path / "not-there" / "progress.json", "replay", {}, NOW)
    with pytest.raises(CommandError, match="File name too long"):
        ProgressFile(tmp_path / ("p" * 300), "replay", {}, NOW)


class Killed(Exception):
    """What ends a run in its midst."""


def test_what_is_counted_is_what_was_passed(tmp_path: Path) -> None:
    # GIVEN a run that is killed with its third batch
    class Killing(Recorder):
        def index(self, batch: Sequence[Found]) -> Answer:
            if len(self.batches) == 2:
                raise Killed
            return super().index(batch)

    path, datas = tmp_path / "progress.json", [observation(number, 1) for number in range(10)]
    with pytest.raises(Killed):
        run(datas, path, batch_size=3, recorder=Killing())
    before = ProgressFile(path, "replay", {}, NOW).progress
    # THEN every record counts as read up to the mark, and none behind it
    assert before.marks == {"s": "5"}
    assert (before.tally.read, before.tally.wanted, before.tally.indexed) == (6, 6, 6)
