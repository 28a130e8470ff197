"""docs/event-model.md says what the code does. Run this file as a module to write its severity table anew."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path

from eventcore.identity import observation_id
from eventcore.rules.event_fields import leaf_paths
from eventcore.severity_table import SEVERITY_TABLE, SeverityRow
from eventcore.wire import decode, encode

PAGE = Path(__file__).parents[2] / "docs" / "event-model.md"


def section(name: str) -> str:
    found = re.search(f"<!-- {name} -->\n(.*?)<!-- /{name} -->", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def condition(row: SeverityRow) -> str:
    said = []
    if row.components:
        said.append(f"from {', '.join(row.components)}")
    if row.message_starts:
        said.append(" or ".join(f"message begins “{phrase}”" for phrase in row.message_starts))
    if row.message_contains:
        said.append(" or ".join(f"message contains “{phrase}”" for phrase in row.message_contains))
    return "; ".join(said)


def severity_table() -> str:
    lines = ["| Who writes it | Severity | When | Reasons |", "|---|---|---|---|"]
    for (area, severity, when), rows in groupby(
        SEVERITY_TABLE, key=lambda row: (row.area, row.severity, condition(row))
    ):
        reasons = ", ".join(f"`{row.reason}`" for row in rows)
        lines.append(f"| {area} | {severity} | {when} | {reasons} |")
    return "\n".join(lines) + "\n"


def test_the_severity_table_of_the_page_is_the_one_of_the_code() -> None:
    assert section("severity") == severity_table()


def test_the_page_lists_every_field_of_the_wire_and_no_other() -> None:
    listed = re.findall(r"^\| `([^`]+)` \|", section("fields"), re.MULTILINE)
    assert sorted(listed) == sorted(".".join(path) for path in leaf_paths())


def test_the_record_of_the_page_is_a_record() -> None:
    found = re.search("```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    event = decode(found[1])
    assert json.loads(encode(event)) == json.loads(found[1])
    assert observation_id(event) == "prod-eu:ad28f7e6-daf7-4896-9ecd-e0c310fb7e6f:250"


if __name__ == "__main__":
    before, rest = PAGE.read_text(encoding="utf-8").split("<!-- severity -->\n")
    after = rest.split("<!-- /severity -->")[1]
    table = f"<!-- severity -->\n{severity_table()}<!-- /severity -->"
    PAGE.write_text(f"{before}{table}{after}", encoding="utf-8")
