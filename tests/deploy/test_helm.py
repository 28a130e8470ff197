"""Where helm comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.helm import VERSION, HelmMissing, find_helm
from tests.deploy.conftest import program


def test_helm_3_of_the_path_is_used(tools: Path, tmp_path: Path) -> None:
    program(tools / "helm", "echo v3.18.1+g123")
    assert find_helm(print, cache=tmp_path / "cache") == tools / "helm"


def test_another_helm_is_passed_over_and_one_is_built_once(tools: Path, tmp_path: Path) -> None:
    # GIVEN helm 2, and a Go that says which module it installed
    program(tools / "helm", "echo 'Client: v2.17.0'")
    program(tools / "go", 'echo "$*" > "$GOBIN/helm"')
    said: list[str] = []
    # WHEN it is asked for twice
    found = [find_helm(said.append, cache=tmp_path / "cache") for _ in range(2)]
    # THEN
    assert found == [tmp_path / "cache" / VERSION / "helm"] * 2
    assert found[0].read_text() == f"install -trimpath helm.sh/helm/v3/cmd/helm@{VERSION}\n"
    assert len(said) == 1


def test_a_build_that_fails_says_why_and_leaves_nothing(tools: Path, tmp_path: Path) -> None:
    program(tools / "go", "echo 'dial tcp: no route to host' >&2; exit 1")
    with pytest.raises(HelmMissing, match="no route to host"):
        find_helm(print, cache=tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache" / VERSION).iterdir()] == [".lock"]


def test_without_helm_and_go_it_says_what_to_install(tools: Path, tmp_path: Path) -> None:
    with pytest.raises(HelmMissing, match="install it, or Go"):
        find_helm(print, cache=tmp_path / "cache")
