"""The list of fields, and the page that shows it. Run this file as a module to write its table anew."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from eventcore.document_fields import BY_NAME, FIELDS
from eventcore.rules.event_fields import leaf_paths

PAGE = Path(__file__).parents[2] / "docs" / "index.md"
MARKED = re.compile("(?<=<!-- fields -->\n).*?(?=<!-- /fields -->)", re.DOTALL)

ADDED = {"@timestamp", "message.keyword", "labelPairs", "objectLabelPairs"}
"""What searching needs beyond the record of the wire."""


def table() -> str:
    """The table of the page."""
    rows = [f"| `{field.name}` | {field.type} | {field.meaning} |" for field in FIELDS]
    return "\n".join(["| Field | Type | What it holds |", "|---|---|---|", *rows]) + "\n"


def test_a_field_is_listed_once() -> None:
    assert max(Counter(field.name for field in FIELDS).values()) == 1
    assert BY_NAME["reason"] in FIELDS
    assert len(BY_NAME) == len(FIELDS)


def test_the_list_is_the_wire_and_what_searching_adds() -> None:
    on_the_wire = {".".join(path) for path in leaf_paths()}
    assert {field.name for field in FIELDS} == on_the_wire | ADDED


def test_labels_and_annotations_are_kept_and_nothing_else_is() -> None:
    # Their keys are anybody's choice: each would be one more field of the mapping.
    kept = {field.name for field in FIELDS if field.type == "kept"}
    assert kept == {name for name in BY_NAME if name.rpartition(".")[2] in ("labels", "annotations")}


def test_every_field_says_what_it_holds() -> None:
    for field in FIELDS:
        assert field.meaning, field.name
        assert "|" not in field.meaning, field.name


def test_the_table_of_the_page_is_the_list() -> None:
    found = MARKED.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    assert found[0] == table()


if __name__ == "__main__":
    PAGE.write_text(MARKED.sub(lambda _: table(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
