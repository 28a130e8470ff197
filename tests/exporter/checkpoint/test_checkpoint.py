"""The annotation: read back as it was written; after garbage everything is sent."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.checkpoint.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from exporter.checkpoint.mark import NOTHING

EMPTY = Checkpoint(cluster="demo", selector="all")
VOID = Checkpoint(cluster="demo", selector="all", events={"": NOTHING}, pods={"": NOTHING})


def read(value: str | None, *namespaces: str) -> Checkpoint:
    return read_checkpoint(value, cluster="demo", selector="all", namespaces=namespaces or ("",))


@given(st.dictionaries(st.text(max_size=20), st.integers(0, 2**63).map(str)))
def test_what_was_written_is_read_back(versions: dict[str, str]) -> None:
    checkpoint = Checkpoint(cluster="demo", selector="all", events=versions, pods=versions)
    assert read(write_checkpoint(checkpoint), *versions) == checkpoint


def test_a_namespace_that_it_lacks_is_sent_whole_and_what_was_never_read_is_not_in_it() -> None:
    checkpoint = Checkpoint(cluster="demo", selector="all", events={"shop": "12", "bank": "13"})
    found = read(write_checkpoint(checkpoint), "shop", "new")
    assert found.events == {"shop": "12", "new": NOTHING}
    assert found.pods == {}


def test_the_annotation_is_plain_json() -> None:
    written = write_checkpoint(Checkpoint(cluster="demo", selector="", events={"": "12"}, pods={"": "11"}))
    assert written == '{"cluster":"demo","selector":"","events":{"":"12"},"pods":{"":"11"}}'


@pytest.mark.parametrize(
    "garbage", ["{", "[]", "7", '{"cluster":"demo"}', "\ud800", '{"events":{"":7}}', "x" * 9]
)
def test_garbage_is_said_and_everything_is_sent(garbage: str, caplog: pytest.LogCaptureFixture) -> None:
    assert read(garbage) == VOID
    assert [entry.levelname for entry in caplog.records] == ["ERROR"]


@given(st.text())
def test_reading_never_raises(value: str) -> None:
    read(value)


@pytest.mark.parametrize("other", [{"cluster": "prod"}, {"selector": "type!=Normal"}])
def test_the_checkpoint_of_another_cluster_or_selection_is_void(
    other: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    theirs = msgspec.structs.replace(EMPTY, events={"": "12"}, **other)
    assert read(write_checkpoint(theirs)) == VOID
    assert [entry.levelname for entry in caplog.records] == ["WARNING"]


@pytest.mark.parametrize("version", ["", "-1", "1.5", "soon", "١٢", "9" * 21, "9" * 5000])
def test_a_version_that_is_no_number_is_that_before_all_others(version: str) -> None:
    written = write_checkpoint(Checkpoint(cluster="demo", selector="all", events={"a": version, "b": "5"}))
    assert read(written, "a", "b").events == {"a": NOTHING, "b": "5"}


def test_without_an_annotation_there_is_no_checkpoint(caplog: pytest.LogCaptureFixture) -> None:
    assert read(None) == read("") == EMPTY
    assert caplog.records == []
