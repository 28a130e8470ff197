"""The command, and docs/migrating.md, whose commands are run as they stand."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path

import pytest

from kube_events.__main__ import main

PAGE = (Path(__file__).parents[3] / "docs" / "migrating.md").read_text(encoding="utf-8")
ROBOT = "dingtalk:https://oapi.dingtalk.com/robot/send?access_token=hidden"


def block(name: str) -> str:
    """A fenced block of the page between two marks."""
    found = re.search(f"<!-- {name} -->\n```[a-z]+\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def commands() -> list[list[str]]:
    shell = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
    return [shlex.split(line)[1:] for line in shell.replace("\\\n", "").splitlines()]


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_commands_of_the_page_work_and_give_what_it_shows() -> None:
    # GIVEN the configuration of the page
    Path("config.yaml").write_text(block("config"), encoding="utf-8")
    # WHEN
    results = [main(arguments) for arguments in commands()]
    # THEN
    assert results == [0, 0, 0]
    assert Path("rules.yaml").read_text(encoding="utf-8").endswith(block("routes"))
    assert Path("rules.compiled.json").exists()
    report = Path("import.txt").read_text(encoding="utf-8")
    assert "'*test*' is no regular expression of Go" in report
    assert "'room' gets every event that comes to this route" in report
    assert "dingtalk" in Path("sinks.yaml").read_text(encoding="utf-8")


def test_without_files_the_rules_go_to_one_stream_and_the_report_to_the_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = b"route: {match: [{reason: $WHY, receiver: a}]}"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    monkeypatch.setenv("WHY", "BackOff")
    assert main(["rules", "import", "kubernetes-event-exporter", "-"]) == 0
    said = capsys.readouterr()
    assert "match: {reason: [{wildcard: '*BackOff*'}]}" in said.out
    assert "standard input:1: route.match[0]: translated: route.routes[0]: tells a" in said.err


def test_the_receivers_go_into_a_file_for_terraform() -> None:
    assert main(["rules", "import", "kube-eventer", "--sink", ROBOT, "--terraform", "r.tfvars"]) == 0
    assert Path("r.tfvars").read_text(encoding="utf-8").splitlines()[0] == "receivers = {"


def test_a_rule_file_that_is_there_is_not_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rules.yaml").write_text("mine", encoding="utf-8")
    assert main(["rules", "import", "kube-eventer", "--sink", ROBOT, "--output", "rules.yaml"]) == 1
    assert "rules.yaml: File exists" in capsys.readouterr().err
    assert Path("rules.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("written", "error"),
    [
        (None, "config.yaml: No such file or directory"),
        (b"\xff", "config.yaml: not UTF-8"),
        (b"route: [", "config.yaml: line 1"),
        (b"route: \x00", "config.yaml: character 7: #x0000 may not stand in YAML"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_place(
    written: bytes | None, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if written is not None:
        Path("config.yaml").write_bytes(written)
    assert main(["rules", "import", "kubernetes-event-exporter", "config.yaml"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith(error)
    assert said.out == ""


def test_no_token_is_printed_wherever_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    sinks = [
        ROBOT + "&sign=hidden&$hidden",
        "webhook:https://me:hidden@hidden.example.com/hidden?key=hidden&hidden=1",
        "mysql:?root:hidden@tcp(db:3306)/hidden",
        "wechat:?corp_id=hidden&corp_secret=hidden",
    ]
    assert main(["rules", "import", "kube-eventer", *(f"--sink={sink}" for sink in sinks)]) == 0
    said = capsys.readouterr()
    assert "hidden" not in said.out + said.err


@pytest.mark.parametrize("arguments", [[], ["kube-eventer"], ["kubernetes-event-exporter"], ["prometheus"]])
def test_wrong_usage_is_said_with_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["rules", "import", *arguments])
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("standard_input", "says"),
    [(io.TextIOWrapper(io.BytesIO(b"\xff")), "not UTF-8"), (None, "it is closed")],
)
def test_a_standard_input_that_cannot_be_read_is_named(
    standard_input: io.TextIOWrapper | None,
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", standard_input)
    assert main(["rules", "import", "kubernetes-event-exporter", "-"]) == 1
    assert capsys.readouterr().err == f"standard input: {says}\n"
