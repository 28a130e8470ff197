"""Decoding: typed and all at once, and one by one where something is odd."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from exporter.watch.answers import ObjectMeta, Status, WatchLine
from exporter.watch.decoding import Decoding
from exporter.watch.errors import UnexpectedAnswer
from tests.fixtures.cluster import error_line, event_object, watch_line


class Note(Struct, frozen=True):
    """A small resource."""

    metadata: ObjectMeta = ObjectMeta()
    reason: str = ""


def repaired(raw: object) -> Note:
    assert isinstance(raw, dict)
    version = raw["metadata"]["resourceVersion"]
    return Note(ObjectMeta(resource_version=version), reason=f"repaired {raw['reason']!r}")


@pytest.fixture
def decoding() -> Decoding[Note]:
    return Decoding(Note, repaired)


def versions(lines: list[WatchLine[Note]]) -> list[str]:
    return [line.object.metadata.resource_version for line in lines]


def test_an_object_with_an_odd_field_is_repaired_and_its_neighbours_are_as_they_were(
    decoding: Decoding[Note],
) -> None:
    block = (
        watch_line("ADDED", "a", 1) + watch_line("MODIFIED", "b", 2, reason=7) + watch_line("ADDED", "c", 3)
    )
    decoded = decoding.lines(block)
    assert versions(decoded.lines) == ["1", "2", "3"]
    assert [line.object.reason for line in decoded.lines] == ["BackOff", "repaired 7", "BackOff"]
    assert (decoded.malformed, decoded.refusal) == ([], None)


@pytest.mark.parametrize(
    "odd",
    [
        b"no json\n",
        b'{"type":"ADDED"}\n',
        b'{"type":"ADDED","object":{"metadata":{"resourceVersion":7}}}\n',
        b'{"type":"SURPRISE","object":{}}\n',
        b'"\xff"\n',
        b'{"type":"ADDED","object":{"reason":"\xff","metadata":{"resourceVersion":"2"}}}\n',
        b'{"type":"\xff","object":{}}\n',
    ],
)
def test_a_malformed_line_costs_no_other(decoding: Decoding[Note], odd: bytes) -> None:
    decoded = decoding.lines(watch_line("ADDED", "a", 1) + odd + b"\n" + watch_line("DELETED", "c", 3))
    assert versions(decoded.lines) == ["1", "3"]
    assert [each.size for each in decoded.malformed] == [len(odd) - 1]


@pytest.mark.parametrize("depth", [900, 5000])
def test_an_object_that_is_nested_without_end_costs_neither_itself_nor_another(
    decoding: Decoding[Note], depth: int
) -> None:
    # GIVEN managedFields, which whoever may write events may write too. msgspec goes as deep as Python does
    deep = b'{"f:}]\\"":' * depth + b"[1]" + b"}" * depth
    odd = b'{"managedFields":%b,"metadata":{"resourceVersion":"2"},"reason":"deep"}' % deep
    line = b'{"type":"ADDED","object":%b}\n' % odd
    a, c = event_object("a", 1), event_object("c", 3)
    body = b'{"items":[%b,%b,%b],"metadata":{"resourceVersion":"9"}}' % (
        json.dumps(a).encode(),
        odd,
        json.dumps(c).encode(),
    )
    # WHEN
    endless = b'{"type":"ADDED","object":' + b"[" * depth + b"\n"
    watched = decoding.lines(watch_line("ADDED", "a", 1) + line + endless + watch_line("ADDED", "c", 3))
    listed = decoding.page(body)
    # THEN
    assert versions(watched.lines) == ["1", "2", "3"]
    assert [item.metadata.resource_version for item in listed.items] == ["1", "2", "3"]
    assert [item.reason for item in listed.items] == ["BackOff", "deep", "BackOff"]
    assert [each.size for each in watched.malformed] == [len(endless) - 1]
    assert (listed.malformed, listed.version) == ([], "9")


@pytest.mark.parametrize("odd", [b"null", b'{"code":"410"}', b'"gone"'])
def test_an_error_line_that_says_nothing_ends_the_watch_all_the_same(
    decoding: Decoding[Note], odd: bytes
) -> None:
    decoded = decoding.lines(watch_line("ADDED", "a", 1) + b'{"type":"ERROR","object":%b}\n' % odd)
    assert versions(decoded.lines) == ["1"]
    assert decoded.refusal == Status(message="an ERROR line without a Status")


def test_an_error_line_comes_after_what_preceded_it(decoding: Decoding[Note]) -> None:
    decoded = decoding.lines(watch_line("ADDED", "a", 1) + error_line(410, "Expired"))
    assert versions(decoded.lines) == ["1"]
    assert decoded.refusal == Status(410, "Expired", "")


def test_an_odd_item_of_a_list_is_repaired_a_malformed_one_counted(decoding: Decoding[Note]) -> None:
    items: list[Any] = [event_object("a", 1), event_object("b", 2, reason=[]), 7, event_object("c", 3)]
    page = {"metadata": {"resourceVersion": "9", "continue": "more"}, "items": items}
    decoded = decoding.page(json.dumps(page).encode())
    assert [item.metadata.resource_version for item in decoded.items] == ["1", "2", "3"]
    assert [each.size for each in decoded.malformed] == [1]
    assert (decoded.version, decoded.continue_) == ("9", "more")


def test_a_list_without_items_is_empty(decoding: Decoding[Note]) -> None:
    body = b'{"metadata":{"resourceVersion":"9"},"items":null}'
    assert decoding.page(body) == ([], [], "9", "", len(body))


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b'{"items":[]}', b'{"metadata":{"resourceVersion":"\xff"}}']
)
def test_a_list_that_is_none_is_said(decoding: Decoding[Note], body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        decoding.page(body)


@given(st.lists(st.sampled_from(["good", "odd", "broken"]), max_size=12))
def test_every_line_is_either_taken_or_counted(kinds: list[str]) -> None:
    made: dict[str, dict[str, Any]] = {
        "good": {},
        "odd": {"reason": {}},
        "broken": {"metadata": {"resourceVersion": 1}},
    }
    block = b"".join(watch_line("ADDED", kind, 1, **made[kind]) for kind in kinds)
    decoded = Decoding(Note, repaired).lines(block)
    assert len(decoded.lines) == len(kinds) - kinds.count("broken")
    assert len(decoded.malformed) == kinds.count("broken")
