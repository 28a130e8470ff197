"""The chart through helm: rendered, linted."""

from __future__ import annotations

from pathlib import Path

from scripts.chart.layout import CHART, NAMESPACE, RELEASE
from scripts.helm import run_helm

KUBERNETES = "1.36.3"
"""The cluster that a helm without one takes for given. Said, because a helm from `go install` takes 1.20."""


class ChartRefused(Exception):
    """Helm refuses the chart or its values. The message is helm's."""


def render(helm: Path, *values: Path, namespace: str = NAMESPACE, options: tuple[str, ...] = ()) -> str:
    """The objects as YAML, as `helm install` would send them.

    Raises:
        ChartRefused: the values are not allowed, or lack something.
    """
    return _run(helm, "template", RELEASE, str(CHART), f"--namespace={namespace}", *_files(values), *options)


def lint(helm: Path, *values: Path) -> str:
    """What `helm lint --strict` says.

    Raises:
        ChartRefused: it finds something.
    """
    return _run(helm, "lint", "--strict", str(CHART), *_files(values))


def _run(helm: Path, command: str, *arguments: str) -> str:
    answer = run_helm(helm, command, *arguments, f"--kube-version={KUBERNETES}")
    if answer.returncode:
        raise ChartRefused(f"{answer.stdout}{answer.stderr}".strip())
    return answer.stdout


def _files(values: tuple[Path, ...]) -> list[str]:
    return [f"--values={path}" for path in values]
