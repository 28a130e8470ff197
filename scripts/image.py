"""`python -m scripts.image build|push [REPOSITORY]`: the exporter's image, by docker and its plugin buildx.

`build` makes the image for this machine's processor and loads it into docker. `push` makes it for arm64 and
amd64 and pushes both under one tag; into ECR it logs in by itself, with the aws command.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from exporter.version import VERSION

ROOT = Path(__file__).resolve().parent.parent

NAME = "kube-events-exporter"

PLATFORMS = "linux/arm64,linux/amd64"

BUILDER = "kube-events"
"""buildx' own driver `docker` makes one platform at a time, so `push` has a builder of its own."""

_ECR = re.compile(r"(?P<host>\d{12}\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?)/.+")


class ImageError(Exception):
    """The image cannot be built or pushed; one line says why, and what to do."""


def build(tag: str, base: str | None) -> str:
    """Build for this machine; answers the image's name.

    Raises:
        ImageError: docker is missing or not running, or the build fails.
    """
    _need_docker()
    image = f"{NAME}:{tag}"
    _run("docker", "buildx", "build", *_arguments(base), "--load", f"--tag={image}", str(ROOT))
    return image


def push(repository: str, tag: str, base: str | None) -> str:
    """Build for both processors and push; answers the digest that stands for both.

    Raises:
        ImageError: docker or aws is missing or refuses, the build fails, or the repository takes no such tag.
    """
    _need_docker()
    if ecr := _ECR.fullmatch(repository):
        _log_in(ecr["host"], ecr["region"])
    if not _succeeds("docker", "buildx", "inspect", BUILDER):
        print(f"• making the builder {BUILDER} (docker buildx rm {BUILDER} removes it)", flush=True)
        _run("docker", "buildx", "create", f"--name={BUILDER}", "--driver=docker-container")
    with tempfile.TemporaryDirectory() as folder:
        metadata = Path(folder) / "metadata.json"
        _run(
            *(
                "docker",
                "buildx",
                "build",
                f"--builder={BUILDER}",
                f"--platform={PLATFORMS}",
                *_arguments(base),
            ),
            *("--push", f"--metadata-file={metadata}", f"--tag={repository}:{tag}", str(ROOT)),
        )
        return str(json.loads(metadata.read_text())["containerimage.digest"])


def _arguments(base: str | None) -> list[str]:
    # Attestations would make an index of what is one image, which registries show as platforms nobody knows.
    return ["--provenance=false", *([f"--build-arg=BASE={base}"] if base else [])]


def _need_docker() -> None:
    if shutil.which("docker") is None:
        raise ImageError("docker is missing: install it, with its plugin buildx")
    running = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False)
    if running.returncode:
        raise ImageError(f"docker does not run: {_last_line(running.stderr)}")
    if not _succeeds("docker", "buildx", "version"):
        raise ImageError("docker's plugin buildx is missing: install docker-buildx")


def _log_in(host: str, region: str) -> None:
    if shutil.which("aws") is None:
        raise ImageError(f"the aws command is missing, which logs docker in to {host}")
    password = subprocess.run(
        ["aws", "ecr", "get-login-password", "--region", region], capture_output=True, text=True, check=False
    )
    if password.returncode:
        raise ImageError(f"aws ecr get-login-password: {_last_line(password.stderr)}")
    # On standard input: a command line can be read by everybody on this machine.
    answer = subprocess.run(
        ["docker", "login", "--username", "AWS", "--password-stdin", host],
        input=password.stdout,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise ImageError(f"docker login {host}: {_last_line(answer.stderr)}")


def _run(*command: str) -> None:
    # Not captured: a build is watched.
    if subprocess.run(command, check=False).returncode:
        raise ImageError(f"failed: {' '.join(command[:3])} (what it said is above)")


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it says nothing"])[-1]


def main() -> int:
    """Exit code 0 if the image is there, 1 if not, 2 for a wrong call."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.image", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("command", choices=["build", "push"])
    parser.add_argument("repository", nargs="?", default="", help="where to push, without a tag")
    parser.add_argument("--tag", default=VERSION)
    parser.add_argument("--base", help="another base image, such as a mirror of it")
    arguments = parser.parse_args()
    if (arguments.command == "push") != bool(arguments.repository):
        parser.error("push needs REPOSITORY=…, where the image goes; build takes none")
    try:
        if arguments.command == "build":
            print(f"built {build(arguments.tag, arguments.base)}")
            return 0
        digest = push(arguments.repository, arguments.tag, arguments.base)
    except ImageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"pushed {arguments.repository}:{arguments.tag}, for the chart:")
    print(f"image:\n  repository: {arguments.repository}\n  digest: {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
