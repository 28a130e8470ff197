"""Versions are compared as numbers, and what is none breaks nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.watch.order import is_newer, is_older, number

VERSIONS = st.integers(0, 2**64 - 1)


@given(VERSIONS, VERSIONS)
def test_versions_of_a_server_are_in_the_order_of_their_numbers(one: int, other: int) -> None:
    assert is_older(str(one), than=str(other)) == (one < other)
    assert is_newer(str(one), than=str(other)) == (one > other)


@pytest.mark.parametrize("nonsense", ["", "-1", "1.5", "soon", "١٢", "²", "9" * 21, "9" * 5000])
def test_what_is_no_version_is_older_than_nothing_and_counts_as_newer(nonsense: str) -> None:
    assert number(nonsense) is None
    for one, other in ((nonsense, "7"), ("7", nonsense)):
        assert not is_older(one, than=other)
        assert is_newer(one, than=other)
