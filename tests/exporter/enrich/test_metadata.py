"""Metadata: only what was asked for is kept, within limits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventcore.event import Owner
from exporter.enrich.metadata import MAX_BYTES, Choice, read_metadata
from exporter.watch.errors import UnexpectedAnswer
from tests.exporter.enrich.conftest import owner


def read(choice: tuple[str, ...] = (), **metadata: Any) -> Any:
    return read_metadata(json.dumps({"metadata": {"uid": "u", **metadata}}).encode(), Choice(choice)).known


def test_annotations_are_chosen_by_their_key_or_its_beginning() -> None:
    annotations = {"team": "a", "teams": "b", "example.com/x": "c", "example.com/y": "d", "secret": "e"}
    assert read(("team", "example.com/*"), annotations=annotations).annotations == {
        "team": "a",
        "example.com/x": "c",
        "example.com/y": "d",
    }
    assert read((), annotations=annotations).annotations == {}
    assert read(("*",), annotations=annotations).annotations == annotations


def test_of_several_owners_the_one_that_controls_is_meant() -> None:
    references = [owner("Node", "a", controller=False), owner("ReplicaSet", "web-1"), owner("Till", "b")]
    assert read(ownerReferences=references).controller == Owner(
        kind="ReplicaSet", name="web-1", uid="uid-web-1", api_version="apps/v1"
    )
    assert read(ownerReferences=references[:1]).controller is None


def test_a_long_annotation_is_cut_and_named() -> None:
    known = read(("*",), annotations={"team": "x" * 5000, "b": "y"})
    assert known.annotations == {"team": "x" * 4096, "b": "y"}
    assert known.truncated == ("involvedObject.annotations.team",)


@given(st.dictionaries(st.text(max_size=300), st.text(max_size=300).map(lambda text: text * 20)))
def test_however_much_there_is_it_stays_within_the_limit(annotations: dict[str, str]) -> None:
    known = read(("*",), labels=annotations, annotations=annotations)
    texts = [part for pairs in (known.labels, known.annotations) for pair in pairs.items() for part in pair]
    assert sum(len(text.encode()) for text in texts) <= MAX_BYTES
    whole = known.labels.keys() == annotations.keys() and known.annotations == annotations
    assert bool(known.truncated) is not whole


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"metadata":{"labels":[]}}',
        b'{"metadata":"\xff"}',
        b'{"metadata":{"managedFields":' + b"[" * 5000 + b"]" * 5000 + b"}}",
    ],
)
def test_what_is_no_object_is_said(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        read_metadata(body, Choice(()))
