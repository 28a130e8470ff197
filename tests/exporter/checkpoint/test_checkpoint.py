"""The annotation: read back as it was written, and garbage is no checkpoint."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.checkpoint.checkpoint import Checkpoint, read_checkpoint, write_checkpoint

EMPTY = Checkpoint(cluster="demo", selector="all")


def read(value: str | None) -> Checkpoint:
    return read_checkpoint(value, cluster="demo", selector="all")


@given(
    st.dictionaries(st.text(max_size=20), st.integers(0, 2**63).map(str)),
    st.dictionaries(st.text(max_size=20), st.integers(0, 2**63).map(str)),
)
def test_what_was_written_is_read_back(events: dict[str, str], pods: dict[str, str]) -> None:
    checkpoint = Checkpoint(cluster="demo", selector="all", events=events, pods=pods)
    assert read(write_checkpoint(checkpoint)) == checkpoint


def test_the_annotation_is_plain_json() -> None:
    written = write_checkpoint(Checkpoint(cluster="demo", selector="", events={"": "12"}, pods={"": "11"}))
    assert written == '{"cluster":"demo","selector":"","events":{"":"12"},"pods":{"":"11"}}'


@pytest.mark.parametrize(
    "garbage", ["{", "[]", "7", '{"cluster":"demo"}', "\ud800", '{"events":{"":7}}', "x" * 9]
)
def test_garbage_is_said_and_is_no_checkpoint(garbage: str, caplog: pytest.LogCaptureFixture) -> None:
    assert read(garbage) == EMPTY
    assert [entry.levelname for entry in caplog.records] == ["ERROR"]


@given(st.text())
def test_reading_never_raises(value: str) -> None:
    read(value)


@pytest.mark.parametrize("other", [{"cluster": "prod"}, {"selector": "type!=Normal"}])
def test_the_checkpoint_of_another_cluster_or_selection_is_void(
    other: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    theirs = msgspec.structs.replace(EMPTY, events={"": "12"}, **other)
    assert read(write_checkpoint(theirs)) == EMPTY
    assert [entry.levelname for entry in caplog.records] == ["WARNING"]


@pytest.mark.parametrize("version", ["", "-1", "1.5", "soon", "١٢"])
def test_a_version_that_is_no_number_is_none(version: str) -> None:
    written = write_checkpoint(Checkpoint(cluster="demo", selector="all", events={"a": version, "b": "5"}))
    assert read(written).events == {"b": "5"}


def test_without_an_annotation_there_is_no_checkpoint(caplog: pytest.LogCaptureFixture) -> None:
    assert read(None) == read("") == EMPTY
    assert caplog.records == []
