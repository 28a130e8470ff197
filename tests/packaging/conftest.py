"""The zips, built twice for each target: once with what earlier builds left, once from nothing."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from scripts.package_lambdas import build
from scripts.packaging.target import Target, TargetName, target_named


class Builds(NamedTuple):
    """Function → zip, of two builds."""

    target: Target
    first: dict[str, Path]
    second: dict[str, Path]


def _twice(name: TargetName, folder: Path) -> Builds:
    first = build(name, folder / "first")
    second = build(name, folder / "second", dependencies=folder / "dependencies")
    return Builds(target_named(name), first, second)


@pytest.fixture(scope="session")
def sandbox_builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    """For this interpreter and machine."""
    return _twice("sandbox", tmp_path_factory.mktemp("sandbox-zips"))


@pytest.fixture(scope="session")
def release_builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    """For python3.13 on arm64."""
    return _twice("release", tmp_path_factory.mktemp("release-zips"))


@pytest.fixture(params=["sandbox", "release"])
def builds(request: pytest.FixtureRequest) -> Builds:
    """Both, one after the other."""
    found: Builds = request.getfixturevalue(f"{request.param}_builds")
    return found
