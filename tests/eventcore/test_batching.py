"""A batcher never loses or reorders, and a call is never over its limits."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from eventcore.batching import batches


def groups(*texts: str) -> list[list[str]]:
    return list(batches(texts, size=len, max_items=3, max_bytes=10))


def test_a_group_is_full_by_number_or_by_size() -> None:
    assert groups("a", "b", "c", "d") == [["a", "b", "c"], ["d"]]
    assert groups("aaaaa", "bbbbb", "c") == [["aaaaa", "bbbbb"], ["c"]]


def test_what_is_over_the_limit_by_itself_goes_alone() -> None:
    assert groups("a", "b" * 11, "c") == [["a"], ["b" * 11], ["c"]]


def test_no_items_are_no_groups() -> None:
    assert groups() == []


@given(st.lists(st.text(max_size=14)))
def test_nothing_is_lost_or_reordered_and_every_group_fits(texts: list[str]) -> None:
    found = groups(*texts)
    assert [text for group in found for text in group] == texts
    for group in found:
        assert 1 <= len(group) <= 3
        assert len(group) == 1 or sum(map(len, group)) <= 10


@given(st.lists(st.text(max_size=10)))
def test_a_group_ends_only_where_the_next_item_does_not_fit(texts: list[str]) -> None:
    found = groups(*texts)
    for group, after in pairwise(found):
        assert len(group) == 3 or sum(map(len, group)) + len(after[0]) > 10
