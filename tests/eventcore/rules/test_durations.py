"""Durations in Prometheus' form."""

from __future__ import annotations

import pytest

from eventcore.rules.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("30s", 30),
        ("5m", 300),
        ("4h", 14_400),
        ("1d12h", 129_600),
        ("1w", 604_800),
        ("1y", 31_536_000),
        ("1h30m15s250ms", 5415.25),
    ],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "s", "-5s", "1.5h", "30s1m", "5m5m", "5 m", "5M", "forever", 30, None]
)
def test_anything_else_is_none(text: object) -> None:
    assert parse_duration(text) is None
