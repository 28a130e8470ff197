"""docs/rules-command.md: its examples are run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eventcore.wire import encode
from kube_events.__main__ import main
from tests.fixtures.events import event
from tests.kube_events.rules.conftest import Run

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "rules-command.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    found = re.search(f"<!-- {name} -->\n```[a-z]*\n(.*?)```\n<!-- /{name} -->", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_warnings_are_those_of_the_command(run: Run) -> None:
    Path("rules.yaml").write_text(block("warned file"))
    assert run("check", "rules.yaml", "--receivers", "ops-mail,sre-chime").err == block("warnings")


def test_the_tests_pass(run: Run) -> None:
    Path("page.yaml").write_text(block("tests"))
    ran = run("test", ROOT / "rules" / "default.yaml", "page.yaml")
    assert (ran.code, ran.out) == (0, f"{ROOT / 'rules' / 'default.yaml'}: 2 tests passed\n")


def test_a_failure_looks_like_this(run: Run) -> None:
    Path("rules.yaml").write_text((ROOT / "rules" / "default.yaml").read_text())
    Path("rules.tests.yaml").write_text(
        "tests:\n  - name: routine is told\n    event: {reason: Pulled}\n"
        "    expect: {severity: medium, receivers: [ops-mail]}\n"
    )
    assert run("test", "rules.yaml").out == block("failure")


def test_an_explanation_looks_like_this(run: Run) -> None:
    Path("event.json").write_bytes(encode(event(reason="FailedMount", count=1)))
    rules = ROOT / "rules" / "examples" / "night-and-weekend.yaml"
    assert run("explain", rules, "event.json").out == block("explained")


@pytest.mark.parametrize("command", ["check", "schema", "test", "explain", "backtest"])
def test_every_command_is_on_the_page_and_its_help_has_examples(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"\n## {command}\n" in PAGE
    with pytest.raises(SystemExit) as exit_:
        main(["rules", command, "--help"])
    assert exit_.value.code == 0
    assert f"\n  kube-events rules {command} " in capsys.readouterr().out
