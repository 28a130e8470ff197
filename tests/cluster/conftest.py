"""One real control plane for the whole run, and a clean place in it for each test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.control_plane.binary import build, cache_folder
from sandbox.control_plane.components import STORE_AND_SERVER, Options
from sandbox.control_plane.plane import ControlPlane
from sandbox.control_plane.temporary import temporary_control_plane
from tests.cluster.installation import USER, Installation
from tests.cluster.scene import Scene

OPTIONS = Options(
    # By the tests' word only, so that a 410 comes where it is meant to come.
    compaction_interval="0",
    # As long does a server that is asked to end leave watches open.
    request_timeout="5s",
    audited=(USER,),
)


_FIGURES = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Nothing was measured yet."""
    config.stash[_FIGURES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what the tests counted and measured."""
    if figures := config.stash[_FIGURES]:
        terminalreporter.section("counted and measured")
        for line in figures:
            terminalreporter.write_line(line)


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say a figure: it is printed at the end of the run, with the test's name."""
    name = request.node.name.removeprefix("test_")
    return lambda line: request.config.stash[_FIGURES].append(f"{name}: {line}")


@pytest.fixture(scope="session")
def plane() -> Iterator[ControlPlane]:
    """etcd and kube-apiserver. They start with the first test that asks for them."""
    binary = build(cache_folder(), print)
    with temporary_control_plane(binary, parts=STORE_AND_SERVER, options=OPTIONS) as running:
        yield running


@pytest.fixture(scope="session")
def installed(plane: ControlPlane) -> Installation:
    """What the chart makes in a cluster."""
    installation = Installation(plane)
    installation.apply()
    return installation


@pytest.fixture
def installation(installed: Installation, plane: ControlPlane) -> Installation:
    """The same, as after its first minute: no checkpoint, no leader, no events."""
    plane.up()
    installed.forget()
    return installed


@pytest.fixture
def namespace(plane: ControlPlane, request: pytest.FixtureRequest) -> str:
    """A namespace with the test's name."""
    name = re.sub(r"[^a-z0-9]+", "-", str(request.node.name).lower()).strip("-")[:50].strip("-")
    name = f"{name}-{os.urandom(3).hex()}"
    plane.api.post("/api/v1/namespaces", {"metadata": {"name": name}})
    # Without a controller manager nobody else makes it, and Pods want it.
    plane.api.post(f"/api/v1/namespaces/{name}/serviceaccounts", {"metadata": {"name": "default"}})
    return name


@pytest.fixture
def scene(
    plane: ControlPlane,
    installation: Installation,
    namespace: str,
    tmp_path: Path,
    tell: Callable[[str], None],
) -> Iterator[Scene]:
    """A writer, replicas and ways to spoil it all."""
    with Scene(plane, installation, namespace=namespace, folder=tmp_path, tell=tell) as each:
        yield each
