"""Whether a server has what it would be given."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.setup_index.comparison import contains


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        ({"a": 1, "added": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({}, {"a": None}, False),
        ([{"a": 1, "added": 2}], [{"a": 1}], True),
        ([1, 2], [1], False),
        ("text", {"a": 1}, False),
        (None, [], False),
        ("1", 1, True),
        ("false", False, True),
        ("2", 1, False),
        (1, "1", False),
    ],
)
def test_what_a_server_adds_is_no_difference(found: Any, wanted: Any, expected: bool) -> None:
    assert contains(found, wanted) is expected
