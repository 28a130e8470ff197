"""The exporter's image: what it is made of, and the commands that make it.

No test builds it, because that needs a docker that runs. A folder that is laid out as the Dockerfile says
shows that nothing is missing in it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.version import VERSION
from scripts.chart.layout import ROOT
from scripts.packaging.uv import install as install_lock
from tests.deploy.conftest import Install, program
from tests.deploy.dockerfile import Instruction, copied, environment, stages

ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/kube-events-exporter"


def test_what_is_copied_is_there_and_nothing_else_is_sent_to_docker() -> None:
    _, build, _ = stages()
    sources = {source.rstrip("/") for source, _ in copied(build)}
    assert all((ROOT / source).exists() for source in sources)
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignore[1] == "*"
    assert {line.removeprefix("!") for line in ignore if line.startswith("!")} == sources


def test_the_image_runs_as_the_user_that_the_chart_names(install: Install) -> None:
    _, _, image = stages()
    (user,) = [instruction.rest for instruction in image if instruction.name == "USER"]
    wanted = install().pod["spec"]["securityContext"]
    assert user == f"{wanted['runAsUser']}:{wanted['runAsGroup']}"


def test_both_stages_stand_on_one_python() -> None:
    # Bytecode of one version is none for another.
    before, build, image = stages()
    assert before == [Instruction("ARG", "BASE=python:3.13-slim")]
    assert build[0].rest.split()[1:] == ["${BASE}", "AS", "build"]
    assert image[0].rest == "${BASE}"


@pytest.mark.packaged
def test_a_folder_laid_out_as_the_image_runs_the_exporter(tmp_path: Path) -> None:
    # GIVEN what the build stage has, with wheels of this machine
    _, build, image = stages()
    work = tmp_path / "build"
    for source, target in copied(build):
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, work / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (work / target).mkdir(parents=True)
            shutil.copy(ROOT / source, work / target)
    lock = work / "requirements" / "exporter.txt"
    install_lock(lock, ("--target", str(work / "packages"), "--python", sys.executable))
    runs = [instruction for instruction in build if instruction.name == "RUN"]
    removed = runs[0].words[runs[0].words.index("-rf") + 1 :]
    for path in removed:
        shutil.rmtree(work / path, ignore_errors=True)
    # AND the bytecode, compiled by the very line
    compiling = runs[-1].words
    assert compiling[:3] == ["python", "-m", "compileall"]
    subprocess.run([sys.executable, *compiling[1:]], cwd=work, check=True)
    # WHEN it is where the second stage puts it
    app = tmp_path / "image"
    for source, target in copied(image):
        shutil.copytree(Path(str(source).replace("/build", str(work))), app / target.lstrip("/"))
    paths = environment(image)["PYTHONPATH"].split(":")
    variables = {**environment(image), "PYTHONPATH": ":".join(str(app / path.lstrip("/")) for path in paths)}
    (entry,) = [json.loads(instruction.rest) for instruction in image if instruction.name == "ENTRYPOINT"]

    def run(*arguments: str) -> str:
        # -S: without what is installed on this machine.
        command = [sys.executable, "-S", *arguments]
        return subprocess.run(
            command, env=variables, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    # THEN it starts
    assert run(*entry[1:], "version") == f"{VERSION}\n"
    # AND all that it loads was compiled before, since nothing could be written
    loaded = run(
        "-c",
        "import sys, json, exporter.command;"
        "made = [m for m in sys.modules.values() if getattr(m, '__cached__', None)];"
        "print(json.dumps({m.__file__: m.__cached__ for m in made}))",
    )
    ours = {file: made for file, made in json.loads(loaded).items() if file.startswith(str(app))}
    assert len(ours) > 100
    assert [file for file, made in ours.items() if not Path(made).is_file()] == []
    assert [file for file in json.loads(loaded) if "site-packages" in file] == []


@pytest.mark.packaged
@pytest.mark.parametrize("machine", ["aarch64", "x86_64"])
def test_there_are_wheels_for_both_processors(machine: str, tmp_path: Path) -> None:
    lock = ROOT / "requirements" / "exporter.txt"
    platform = ("--python-version", "3.13", "--python-platform", f"{machine}-manylinux_2_28")
    install_lock(lock, ("--target", str(tmp_path), *platform))
    libraries = [path.name for path in tmp_path.rglob("*.so")]
    assert libraries
    assert all(f"cpython-313-{machine}" in name or ".abi3." in name for name in libraries)


# ------------------------------------------------------------------ make image, make push-image


def call(tools: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """`python -m scripts.image …`, and the calls that docker and aws got."""
    answer = subprocess.run(
        [sys.executable, "-m", "scripts.image", *arguments],
        env={**os.environ, "PATH": str(tools)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    log = tools / "calls"
    return answer, log.read_text().splitlines() if log.is_file() else []


DOCKER = """
echo "docker $*" >> "${0%/*}/calls"
case "$*" in
  "buildx inspect kube-events") exit 1 ;;
  login*) read -r password; echo "password $password" >> "${0%/*}/calls" ;;
esac
for argument; do
  case "$argument" in
    --metadata-file=*) echo '{"containerimage.digest": "sha256:abc"}' > "${argument#*=}" ;;
  esac
done
"""


def test_push_logs_in_to_ecr_and_answers_what_the_chart_needs(tools: Path) -> None:
    program(tools / "docker", DOCKER)
    program(tools / "aws", 'echo "aws $*" >> "${0%/*}/calls"; echo secret')
    answer, calls = call(tools, "push", ECR)
    assert answer.returncode == 0, answer.stderr
    assert calls[2:6] == [
        "aws ecr get-login-password --region eu-central-1",
        f"docker login --username AWS --password-stdin {ECR.split('/')[0]}",
        "password secret",
        "docker buildx inspect kube-events",
    ]
    assert "--platform=linux/arm64,linux/amd64" in calls[-1]
    assert "--push --metadata-file=" in calls[-1]
    assert f"--tag={ECR}:{VERSION} {ROOT}" in calls[-1]
    assert answer.stdout.endswith(f"image:\n  repository: {ECR}\n  digest: sha256:abc\n")
    assert "secret" not in answer.stdout + answer.stderr


def test_another_registry_is_not_logged_in_to(tools: Path) -> None:
    program(tools / "docker", DOCKER)
    answer, calls = call(
        tools, "push", "registry.example.com/x", "--tag=1", "--base=registry.example.com/python:3.13"
    )
    assert answer.returncode == 0, answer.stderr
    assert not [line for line in calls if "login" in line]
    assert "--build-arg=BASE=registry.example.com/python:3.13" in calls[-1]
    assert "--tag=registry.example.com/x:1" in calls[-1]


def test_build_loads_the_image_of_this_machine(tools: Path) -> None:
    program(tools / "docker", DOCKER)
    answer, calls = call(tools, "build")
    assert answer.stdout == f"built kube-events-exporter:{VERSION}\n"
    assert calls[-1].startswith("docker buildx build --provenance=false --load")
    assert "--platform" not in calls[-1]


@pytest.mark.parametrize(
    ("docker", "said"),
    [
        (None, "error: docker is missing: install it, with its plugin buildx"),
        ("echo 'is the daemon running?' >&2; exit 1", "error: docker does not run: is the daemon running?"),
        ('test "$1" != buildx', "error: docker's plugin buildx is missing: install docker-buildx"),
        ('test "$2" != build', "error: failed: docker buildx build (what it said is above)"),
    ],
)
def test_what_keeps_an_image_from_being_made_is_said_in_a_line(
    docker: str | None, said: str, tools: Path
) -> None:
    if docker:
        program(tools / "docker", docker)
    answer, _ = call(tools, "build")
    assert (answer.returncode, answer.stderr) == (1, f"{said}\n")


def test_without_the_aws_command_nobody_can_log_in_to_ecr(tools: Path) -> None:
    program(tools / "docker", DOCKER)
    answer, _ = call(tools, "push", ECR)
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: the aws command is missing")
