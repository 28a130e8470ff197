"""Helm, and the chart rendered by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from scripts.chart.layout import COMBINATIONS
from scripts.chart.rendering import render
from scripts.helm import HelmMissing, find_helm
from tests.deploy.rendered import Rendered

Install = Callable[..., Rendered]


@pytest.fixture(scope="session")
def helm() -> Path:
    """Helm 3. Where it cannot be had, the chart stays untested, which the summary of the run says."""
    try:
        return find_helm(print)
    except HelmMissing as error:
        pytest.skip(f"THE CHART IS NOT TESTED: {error}")


@pytest.fixture
def install(helm: Path, tmp_path: Path) -> Install:
    """`install("enriched", {"replicas": 3})`: a combination, and values over it. None is values only."""
    number = count()

    def install_with(
        combination: str | None = "kinesis-pod-identity", values: dict[str, Any] | None = None
    ) -> Rendered:
        over = tmp_path / f"values-{next(number)}.yaml"
        # JSON, because what looks like a number in one YAML is a text in another.
        over.write_text(json.dumps(values or {}))
        under = [COMBINATIONS[combination]] if combination else []
        return Rendered(render(helm, *under, over))

    return install_with


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH: put programs into it."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(path: Path, script: str) -> None:
    """A program that does what the lines of shell say; the shell has nothing but its own commands."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
