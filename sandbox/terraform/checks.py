"""Formatting, validation and plan tests of infra/. Each answers what is wrong, as texts for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox.terraform.project import TerraformProject

NO_AWS = {
    # Nobody listens there. The provider asks AWS about a stream even while it plans; it must not wait.
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
}
"""Environment of what only plans."""


def check(infra: Path, work: Path) -> list[str]:
    """`terraform fmt` and `terraform validate` for the root, each module and each example."""
    project = TerraformProject(infra, work, NO_AWS)
    formatting = project.run("fmt", "-check", "-recursive")
    problems = (
        [f"not formatted (make fix): {name}" for name in formatting.stdout.split()]
        if formatting.returncode
        else []
    )
    # A provider that validates takes a processor for two seconds.
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda folder: _validate(infra, folder, work), _configurations(infra))
        return problems + [problem for problem in results if problem]


def test(infra: Path, work: Path) -> list[str]:
    """`terraform test` in the root: plans with the real provider and made-up credentials."""
    project = TerraformProject(infra, work, NO_AWS)
    project.init()
    with project.running_provider():
        result = project.run("test", "-no-color")
    if result.returncode:
        return [result.stdout.strip()]
    print(result.stdout.strip().splitlines()[-1])
    return []


def _configurations(infra: Path) -> Iterator[Path]:
    yield Path()
    for kind in ("modules", "examples"):
        for folder in sorted((infra / kind).iterdir()):
            yield folder.relative_to(infra)


def _validate(infra: Path, folder: Path, work: Path) -> str:
    """Each in a copy of its own, because each has a provider lock of its own."""
    project = TerraformProject(infra, work / "-".join(("validate", *folder.parts)), NO_AWS)
    project.directory /= folder
    project.init()
    result = project.run("validate", "-no-color")
    return f"{infra.name}/{folder}: {result.stdout.strip()}" if result.returncode else ""
