"""The wheel is the operator's command and the core it stands on, and the command works from it alone."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sysconfig.get_path("scripts")) / "uv"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        UV,
        "build",
        "--quiet",
        "--wheel",
        "--no-build-isolation",
        "--python",
        sys.executable,
        "--out-dir",
        folder,
        ROOT,
    ]
    subprocess.run(list(map(str, command)), check=True)
    return next(folder.glob("kube_events-*.whl"))


@pytest.mark.packaged
def test_the_wheel_holds_the_command_and_the_core(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"kube_events", "eventcore"}


@pytest.mark.packaged
def test_the_command_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    # GIVEN an environment that holds the wheel and what the command's lock names
    environment = tmp_path / "environment"
    for step in (
        ["venv", "--quiet", "--python", sys.executable, environment],
        [
            "pip",
            "install",
            "--quiet",
            "--python",
            environment,
            "--require-hashes",
            "--requirement",
            ROOT / "requirements/command.txt",
        ],
        ["pip", "install", "--quiet", "--python", environment, "--no-deps", wheel],
    ):
        subprocess.run([str(UV), *map(str, step)], check=True)
    # WHEN somebody checks the default rules with it
    run = subprocess.run(
        [environment / "bin" / "kube-events", "rules", "check", ROOT / "rules/default.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    # THEN it says that they are in order
    assert (run.returncode, run.stderr) == (0, "")
