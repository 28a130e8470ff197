"""What the control plane is built from, and where it is kept."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sandbox.control_plane import recipe
from sandbox.control_plane.binary import build, built, cache_folder
from sandbox.control_plane.errors import NotBuilt

KUBERNETES_GO_MOD = """\
module k8s.io/kubernetes

require (
\tgithub.com/spf13/cobra v1.10.0
\tk8s.io/api v0.0.0
\tk8s.io/klog/v2 v2.130.1
\tk8s.io/kubectl v0.0.0
)

replace (
\tk8s.io/api => ./staging/src/k8s.io/api
\tk8s.io/kubectl => ./staging/src/k8s.io/kubectl
)
"""


def test_each_staging_module_is_replaced_by_its_published_version() -> None:
    module = recipe.go_module(KUBERNETES_GO_MOD)
    assert "\tk8s.io/api => k8s.io/api v0.36.3\n\tk8s.io/kubectl => k8s.io/kubectl v0.36.3\n)" in module
    assert "klog" not in module
    assert "\tk8s.io/kubernetes v1.36.3\n" in module


def test_the_server_knows_its_version() -> None:
    flags = recipe.linker_flags()
    assert "-X k8s.io/component-base/version.gitVersion=v1.36.3" in flags
    assert "-X k8s.io/component-base/version.gitMinor=36" in flags


def test_what_is_built_has_the_versions_in_its_name() -> None:
    assert recipe.fingerprint().startswith("v1.36.3-etcd-v3.6.8-kwok-v0.8.0-")


def test_another_program_is_another_binary(monkeypatch: pytest.MonkeyPatch) -> None:
    before = recipe.fingerprint()
    monkeypatch.setattr(recipe, "PROGRAM", "package main")
    assert recipe.fingerprint() != before


def test_the_cache_is_ours_if_said_else_where_the_user_has_caches() -> None:
    assert cache_folder({"KUBE_EVENTS_CACHE": "/ours", "XDG_CACHE_HOME": "/all"}) == Path("/ours")
    assert cache_folder({"XDG_CACHE_HOME": "/all"}) == Path("/all/kube-events")
    assert cache_folder({}) == Path.home() / ".cache" / "kube-events"


def test_without_go_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotBuilt, match=r"^Go is missing, .*: install Go 1\.21 or newer"):
        build(tmp_path, lambda line: None)
    assert built(tmp_path) is None


def _fake_go(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "bin" / "go"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def test_what_go_says_is_handed_on_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = "echo 'go: downloading x' >&2; echo 'dial tcp:' >&2; echo '  no route to host' >&2; exit 1"
    _fake_go(tmp_path, monkeypatch, script)
    with pytest.raises(NotBuilt) as error:
        build(tmp_path / "cache", lambda line: None)
    assert str(error.value) == "`go mod` failed: dial tcp: no route to host"


def test_it_is_built_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # GIVEN a Go that finds modules and builds, and notes each build
    modules = tmp_path / "modules"
    for name in recipe.STAGES:
        stage = modules / "kustomize" / "stage" / f"{name}.yaml"
        stage.parent.mkdir(parents=True, exist_ok=True)
        stage.write_text(f"name: {name}\n")
    modules.joinpath("go.mod").write_text(KUBERNETES_GO_MOD)
    _fake_go(
        tmp_path,
        monkeypatch,
        f"""case $1 in
        mod) echo '{{"Dir": "{modules}"}}';;
        build) echo build >> {tmp_path}/calls; while [ "$1" != -o ]; do shift; done; echo program > "$2";;
        esac""",
    )
    said: list[str] = []
    # WHEN
    first, second = (build(tmp_path / "cache", said.append) for _ in range(2))
    # THEN
    assert first == second == built(tmp_path / "cache")
    assert first.program.read_text() == "program\n"
    assert first.stages.read_text().startswith(f"---\nname: {recipe.STAGES[0]}\n---\n")
    assert tmp_path.joinpath("calls").read_text().splitlines() == ["build"]
    assert "about 6 min" in said[0]
    # AND nothing is left beside it
    assert {each.name for each in first.program.parent.parent.iterdir()} == {"lock", recipe.fingerprint()}
