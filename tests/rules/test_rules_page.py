"""docs/rules.md: its examples are run as they stand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from eventcore.patterns import PatternError, compile_pattern
from eventcore.recoveries import RECOVERY_TABLE, RecoveryRow
from eventcore.rules import parse_rules
from eventcore.rules.durations import parse_duration
from eventcore.rules.ending_parsing import INHIBIT_KEYS, RECOVERY_KEYS
from eventcore.rules.interval_parsing import INTERVAL_KEYS
from eventcore.rules.parsing import KEYS
from eventcore.rules.route_parsing import ROUTE_KEYS
from eventcore.rules.schema import rules_schema
from kube_events.__main__ import main

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    found = re.search(f"<!-- {name} -->\n(.*?)<!-- /{name} -->", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def rows(name: str) -> list[list[str]]:
    """The cells of a table below its head, without their backticks. A pipe inside of code is written \\|."""
    lines = section(name).splitlines()[2:]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    return [[cell.strip().strip("`").replace("\\|", "|") for cell in line] for line in cells]


def block(name: str) -> str:
    return section(name).split("```")[1].split("\n", 1)[1]


@pytest.mark.parametrize("row", rows("examples"), ids=lambda row: row[0])
def test_every_example_matches_what_the_page_says_and_is_a_pattern_of_events(row: list[str]) -> None:
    pattern, yes, no = (yaml.safe_load(cell) for cell in row[1:])
    compiled = compile_pattern(pattern)
    assert compiled.matches(yes)
    assert not compiled.matches(no)
    parse_rules({"drop": [pattern], "route": {"receivers": []}})


def test_the_whole_file_of_the_page_is_right_and_the_schema_takes_it() -> None:
    document: Any = yaml.safe_load(block("whole file"))
    jsonschema.validate(document, rules_schema(), jsonschema.Draft7Validator)
    parse_rules(document, receivers=["ops-mail", "sre-dingtalk", "sre-chime", "eu-mail"])


def test_the_recoveries_of_the_page_are_the_built_in_table() -> None:
    page = [
        RecoveryRow(
            problems=tuple(problems.replace("`", "").split()),
            recovered_by=tuple(reasons.replace("`", "").split()),
            kind=kind,
            quiet=parse_duration(quiet),
            source=source,
        )
        for problems, kind, reasons, quiet, source in rows("recoveries")
    ]
    assert page == list(RECOVERY_TABLE)


def test_every_key_of_the_language_is_on_the_page() -> None:
    keys = {*KEYS, *ROUTE_KEYS, *INHIBIT_KEYS, *RECOVERY_KEYS, *INTERVAL_KEYS}
    assert not {key for key in keys if f"`{key}`" not in PAGE}


@pytest.mark.parametrize(("allowed", "refused"), rows("regexes"))
def test_the_regular_expressions_of_the_page_are_allowed_and_refused(allowed: str, refused: str) -> None:
    compile_pattern({"message": [{"regex": allowed}]})
    with pytest.raises(PatternError):
        compile_pattern({"message": [{"regex": refused}]})


def test_the_errors_of_the_page_are_those_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rules.yaml").write_text("drop:\n  - {raeson: [A]}\nroute: {receiver: ops-mial}\n")
    assert main(["rules", "check", "rules.yaml", "--receivers", "ops-mail,sre-dingtalk"]) == 1
    assert capsys.readouterr().err == block("errors")
