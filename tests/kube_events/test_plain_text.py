"""Text of strangers cannot steer a terminal, and takes the room that it takes."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kube_events.plain_text import cells, cut, escaped_json, plain

STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Back-off restarting", "Back-off restarting"),
        ("line 1\nline 2\r\n\tline 3 ", "line 1 line 2 line 3"),
        ("\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"),
        ("\x9b2J", "\ufffd2J"),
        ("exe.\u202egnp", "exe.\ufffdgnp"),
        ("起動に失敗 naïve ✓", "起動に失敗 naïve ✓"),
    ],
)
def test_what_is_not_to_be_seen_is_replaced(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_nothing_that_steers_is_left(text: str) -> None:
    assert not any(unicodedata.category(each) in STEERING for each in plain(text))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_json_keeps_its_meaning_and_loses_what_steers(text: str) -> None:
    escaped = escaped_json(json.dumps({"message": text}, ensure_ascii=False))
    assert json.loads(escaped) == {"message": text}
    assert not any(unicodedata.category(each) in STEERING for each in escaped)


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert [cells(text) for text in ("web", "起動", "e\u0301")] == [3, 4, 1]


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_what_is_cut_fits_and_says_so(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cells(shown) <= width
    assert shown == text or shown.endswith("…") or width == 0
