"""docs/exporter.md names tests: they are there."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_each_test_that_the_page_names_is_there() -> None:
    page = (REPOSITORY / "docs" / "exporter.md").read_text()
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", page)
    assert len(named) > 30
    missing = [
        f"{file}::{name}"
        for file, name in named
        if f"\ndef {name}(" not in (REPOSITORY / "tests" / file).read_text()
    ]
    assert missing == []
