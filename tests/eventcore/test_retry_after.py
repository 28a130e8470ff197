"""Retry-After is read in both its forms, and never asks for more than is granted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventcore.retry_after import parse_retry_after

NOW = 1_795_226_400.0  # Sat, 21 Nov 2026 02:00:00 GMT


def parse(header: str | None) -> float | None:
    return parse_retry_after(header, now=NOW, at_most=3600.0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        (" 5 ", 5),
        ("9" * 400, 3600),
        ("Sat, 21 Nov 2026 02:00:30 GMT", 30),
        ("Sat, 21 Nov 2026 03:00:30 +0100", 30),
        ("Sat, 21 Nov 2026 02:00:30 -0000", 30),  # no zone is known: UTC, whatever ours is
        ("Fri, 20 Nov 2026 02:00:00 GMT", 0),
        ("Sun, 22 Nov 2026 02:00:00 GMT", 3600),
    ],
)
def test_both_forms_are_seconds_within_the_bound(header: str, seconds: float) -> None:
    assert parse(header) == seconds


@pytest.mark.parametrize(
    "header", [None, "", "soon", "-5", "1.5", "1e9", "٣", "Sat, 99 Nov 2026 02:00:00 GMT"]
)
def test_what_is_neither_counts_as_none(header: str | None) -> None:
    assert parse(header) is None


@given(st.text())
def test_nothing_that_a_server_says_raises(header: str) -> None:
    found = parse(header)
    assert found is None or 0 <= found <= 3600
