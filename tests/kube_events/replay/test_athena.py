"""The archive's tables in Athena: their columns are the fields of a document, and the docs use them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eventcore.document_fields import FIELDS

ROOT = Path(__file__).resolve().parents[3]
STATEMENTS = (ROOT / "infra/modules/archive/athena.sql.tftpl").read_text()
PAGE = (ROOT / "docs/archive.md").read_text()

OF_THE_INDEX_ONLY = {"@timestamp", "labelPairs", "objectLabelPairs", "message.keyword"}
"""Made by the document builder of what is in the record anyway."""

COLUMNS = dict(
    re.findall(
        r"'\$\.([A-Za-z.]+)'\)(?: AS [a-z]+(?:\([a-z, ]+\))?\)|\))?(?:, false\))? AS (\w+)", STATEMENTS
    )
)
"""Path in the record: column."""


def test_every_field_of_a_document_is_in_a_column() -> None:
    paths = set(COLUMNS)
    lacking = [
        field.name
        for field in FIELDS
        if field.name not in OF_THE_INDEX_ONLY
        and not any(field.name == path or field.name.startswith(f"{path}.") for path in paths)
        # of the wire alone
        and field.name not in ("record", "schemaVersion")
    ]
    assert lacking == []


def test_every_column_is_a_field_of_a_document() -> None:
    names = {field.name for field in FIELDS}
    known = names | {name.rpartition(".")[0] for name in names} | {"container", "truncated"}
    assert COLUMNS
    assert [path for path in COLUMNS if path not in known and f"{path}.name" not in names] == []


def test_columns_have_names_of_their_own() -> None:
    columns = re.findall(r"^  .* AS (\w+),?$", STATEMENTS, flags=re.MULTILINE)
    assert len(columns) == len(set(columns)) == len(COLUMNS)


def _queries() -> list[str]:
    return re.findall(r"```sql\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("query", _queries())
def test_a_documented_query_uses_columns_that_there_are(query: str) -> None:
    words = re.sub(r"'[^']*'", "''", query)
    [view] = set(re.findall(r"FROM kube_events\.(\w+)", words))
    assert view in ("events", "events_of_cluster")
    columns = {*COLUMNS.values(), "day", *(["cluster"] if view == "events_of_cluster" else [])}
    aliases = set(re.findall(r" AS (\w+)", words))
    used = set(re.findall(r"\b([a-z][a-z_]+)\b(?!\()", words)) - {"kube_events", view}
    assert used <= columns | aliases, used - columns - aliases
    assert "day" in used, "a query without a day reads the whole archive"


def test_there_are_queries() -> None:
    assert len(_queries()) >= 4
