"""infra/ as a whole: its own plan tests, its form, and what is told to the outside.

Applying it, an empty second plan and a destroy that leaves nothing are part of the end-to-end test.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eventcore.rules.compiled import COMPILED_VERSION
from exporter.ship.event_bridge import DETAIL_TYPES, SOURCE
from kube_events.rules.files import compile_file
from sandbox.terraform import TerraformError, TerraformProject, checks

INFRA = Path(__file__).resolve().parents[2] / "infra"


@pytest.mark.terraform
def test_every_part_plans_what_it_should(tmp_path: Path) -> None:
    assert checks.test(INFRA, tmp_path) == []


@pytest.mark.terraform
def test_a_receiver_that_nobody_declares_is_named_in_the_plan(tmp_path: Path) -> None:
    # GIVEN rules that tell ops-mail and sre-dingtalk, of whom only the first is declared
    project = TerraformProject(INFRA, tmp_path, checks.NO_AWS)
    project.init()
    variables = {
        "artifacts": {"bucket": "releases"},
        "rules_file": "tests/fixtures/rules/good.yaml",
        "receivers": {"ops-mail": {"type": "sns", "mail": ["ops@example.com"]}},
    }
    # WHEN / THEN
    with pytest.raises(
        TerraformError, match=r"receivers that are not declared: sre-dingtalk\. Declared are: ops-mail\."
    ):
        project.apply(variables)


@pytest.mark.terraform
def test_setup_index_is_called_when_its_role_may_do_its_work(tmp_path: Path) -> None:
    project = TerraformProject(INFRA, tmp_path, checks.NO_AWS)
    project.init()
    # WHEN terraform says what waits for what
    graph = project.run("graph").stdout
    # THEN the call waits for the role's policies, not only for the function
    edges = re.findall(r'"([^"]+)" -> "([^"]+)"', graph)
    waits_for = {"aws_lambda_invocation.setup_index"}
    while further := {after for before, after in edges if before in waits_for} - waits_for:
        waits_for |= further
    assert "module.setup_index.aws_iam_role_policy.this" in waits_for


def test_every_metric_that_is_watched_is_one_that_a_function_writes() -> None:
    alarms = "".join(path.read_text() for path in INFRA.glob("alarms_*.tf"))
    watched = re.findall(r'metric(?:_name)? += "(\w+)"', alarms)
    lambdas = "".join(path.read_text() for path in (INFRA.parent / "lambdas").rglob("*.py"))
    assert "ExporterHeartbeat" in watched
    assert [metric for metric in watched if f'"{metric}"' not in lambdas] == []


def test_the_rules_of_the_bus_go_by_the_names_that_the_exporter_uses() -> None:
    patterns = re.findall(
        r'source = \["([^"]+)"\], detail-type = \["([^"]+)"\]',
        (INFRA / "modules/event_bus/main.tf").read_text(),
    )
    assert patterns == [(SOURCE, detail_type) for detail_type in DETAIL_TYPES.values()]


def test_the_checks_of_variables_are_tried_on_the_variables_themselves() -> None:
    links = {path.name: path.resolve() for path in (INFRA / "tests/variables").glob("*.tf")}
    assert links == {path.name: path for path in (*INFRA.glob("variables*.tf"), INFRA / "locals_choices.tf")}


def test_terraform_takes_the_rules_that_this_version_compiles() -> None:
    taken = re.findall(r"\.compiledVersion == (\d+)", (INFRA / "variables.tf").read_text())
    assert taken == [str(COMPILED_VERSION)]


@pytest.mark.parametrize("rules", ["tests/fixtures/rules/good.yaml", "examples/complete/rules.yaml"])
def test_compiled_rules_that_terraform_reads_are_those_that_the_command_writes(rules: str) -> None:
    source = INFRA / rules
    assert compile_file(source) == source.with_suffix(".compiled.json").read_bytes()


@pytest.mark.parametrize(("file", "kind"), [("variables*.tf", "variable"), ("outputs.tf", "output")])
def test_the_readme_has_a_row_for_everything_that_can_be_said_or_read(file: str, kind: str) -> None:
    declarations = "".join(path.read_text() for path in INFRA.glob(file))
    declared = re.findall(rf'^{kind} "(\w+)"', declarations, flags=re.MULTILINE)
    rows = re.findall(r"^\| `(\w+)` \|", (INFRA / "README.md").read_text(), flags=re.MULTILINE)
    assert declared
    assert set(declared) <= set(rows)


def test_no_platforms_hashes_are_committed() -> None:
    ignored = (INFRA.parent / ".gitignore").read_text().splitlines()
    assert ".terraform.lock.hcl" in ignored
    assert not [
        path
        for path in INFRA.rglob("*.tf")
        if re.search(r"^provider ", path.read_text(), re.MULTILINE) and "examples" not in path.parts
    ]
