"""`kube-events rules check`: what it says, what it writes, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from eventcore.rules import decode_compiled
from kube_events.__main__ import main
from kube_events.rules.files import compile_file

GOOD = "drop:\n  - {reason: [LeaderElection]}\nroute:\n  receiver: ops-mail\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "rules.yaml"
    file.write_text(GOOD)
    return file


def run(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


def test_rules_that_are_right_are_ok(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rules", "check", rules) == 0
    out = capsys.readouterr().out
    assert "ok: 1 drop, 0 severity, tells ops-mail" in out
    assert "not there yet" in out
    assert not (rules.parent / "rules.compiled.json").exists()


def test_write_puts_the_compiled_form_beside_its_source(rules: Path) -> None:
    assert run("rules", "check", rules, "--write") == 0
    compiled = (rules.parent / "rules.compiled.json").read_bytes()
    assert compiled == compile_file(rules)
    assert decode_compiled(compiled).source_sha256 == sha256(rules.read_bytes()).hexdigest()
    assert run("rules", "check", rules) == 0


def test_output_chooses_another_place(rules: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "deploy.json"
    assert run("rules", "check", rules, "--output", elsewhere, "--write") == 0
    assert json.loads(elsewhere.read_bytes())["receivers"] == ["ops-mail"]


def test_a_compiled_form_of_other_rules_is_an_error(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # GIVEN a file that was changed after it was compiled, be it by a comment: Terraform compares its SHA-256
    run("rules", "check", rules, "--write")
    rules.write_text(GOOD + "# later\n")
    # WHEN / THEN
    assert run("rules", "check", rules) == 1
    assert "--write makes it anew" in capsys.readouterr().err


def test_every_error_is_a_line_on_stderr_with_the_file_and_the_path(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules.write_text("drop:\n  - {raeson: [A]}\nroute:\n  receiver: ops-mial\n")
    assert run("rules", "check", rules, "--receivers", "ops-mail,sre-dingtalk", "--write") == 1
    captured = capsys.readouterr()
    first, second = captured.err.splitlines()
    assert captured.out == ""
    assert first.startswith(f"{rules}: drop[0].raeson: ")
    assert "did you mean reason?" in first
    assert f"{rules}: route.receiver: " in second
    assert "did you mean ops-mail?" in second
    assert not (rules.parent / "rules.compiled.json").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"route: [\n", "line 2, column 1: "),
        (b"route:\n  receiver: a\n  receiver: b\n", "line 3, column 3: the key receiver stands here twice"),
        (b"route:\n  receiver: \xff\n", "line 2, byte 13: not UTF-8"),
        (b"route: \x01\n", "character 7: #x0001 may not stand in YAML"),
        (b"a: 1\n---\nb: 1\n", "single document"),
        (b"a: !!python/object:os.x {}\n", "line 1, column 4: could not determine a constructor"),
        (b"? [a]\n: b\n", "unhashable key"),
        (b"a: 9999-99-99\n", "no YAML"),
        (b"route: &a\n  receiver: a\n  routes: [*a]\n", "an alias stands inside of what it stands for"),
        (b"", "expected a mapping with the keys drop, severity, "),
        (b"[" * 5000, "no YAML"),
    ],
)
def test_what_is_no_rule_file_is_refused_with_the_place(
    rules: Path, capsys: pytest.CaptureFixture[str], content: bytes, says: str
) -> None:
    rules.write_bytes(content)
    assert run("rules", "check", rules) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{rules}: ")
    assert says in line


def test_aliases_cannot_make_a_small_file_endless(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    rules.write_text("\n".join(lines))
    assert run("rules", "check", rules) == 1
    assert "aliases written out" in capsys.readouterr().err


def test_aliases_may_spare_writing_a_pattern_twice(rules: Path) -> None:
    rules.write_text(
        "drop:\n  - &noise {reason: [LeaderElection]}\n"
        "severity:\n  - {match: *noise, severity: low}\nroute: {receivers: []}\n"
    )
    assert run("rules", "check", rules) == 0


def test_files_that_cannot_be_read_or_written_are_named(
    tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("rules", "check", tmp_path / "none.yaml") == 1
    assert run("rules", "check", tmp_path) == 1
    assert run("rules", "check", rules, "--output", tmp_path / "no" / "where.json", "--write") == 1
    missing, directory, unwritable = capsys.readouterr().err.splitlines()
    assert missing.endswith("none.yaml: No such file or directory")
    assert directory.endswith(f"{tmp_path}: Is a directory")
    assert unwritable.endswith("where.json: No such file or directory")


@pytest.mark.parametrize(
    "arguments", [[], ["rules"], ["rules", "check"], ["rules", "check", "x", "--receivers", "a,,b"], ["rule"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2


def test_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("version") == 0
    assert capsys.readouterr().out.startswith("kube-events")


def test_it_runs_as_a_module(rules: Path) -> None:
    command = [sys.executable, "-m", "kube_events", "rules", "check", str(rules)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")
