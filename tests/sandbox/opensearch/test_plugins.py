"""Plugins as the server's installer takes them, and what is said of those it would not."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from sandbox.opensearch import OpenSearchServer, ServerError
from sandbox.opensearch.distribution import Plugins, archive
from sandbox.opensearch.jdk import Jdk
from sandbox.opensearch.plugins import (
    ism_zip_of_environment,
    made_for,
    needs_absent_module,
    security_plugin,
    standing_alone,
)
from sandbox.opensearch.release import Choice
from tests.sandbox.opensearch.programs import fake_program

DESCRIPTOR = b"""\
name=opensearch-security
opensearch.version=3.4.0
extended.plugins=workload-management;optional=true,rule-framework
has.native.controller=false
"""


def plugin_zip(path: Path, descriptor: bytes | None = DESCRIPTOR) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("plugin.jar", b"code")
        if descriptor is not None:
            target.writestr("plugin-descriptor.properties", descriptor)
    return path


@pytest.mark.parametrize(
    ("extended", "needs"),
    [
        (b"workload-management;optional=true,rule-framework", True),
        (b"rule-framework", True),
        (b"workload-management;optional=true", False),
        (b"", False),
    ],
)
def test_a_plugin_needs_another_one_unless_that_is_optional(extended: bytes, needs: bool) -> None:
    assert needs_absent_module(b"name=a\nextended.plugins=" + extended + b"\nz=1\n") is needs


def test_a_descriptor_that_names_no_others_needs_none() -> None:
    assert not needs_absent_module(b"name=a\n")


def test_a_descriptor_stands_alone_with_its_other_lines_as_they_were() -> None:
    assert standing_alone(DESCRIPTOR).decode().splitlines() == [
        "name=opensearch-security",
        "opensearch.version=3.4.0",
        "extended.plugins=",
        "has.native.controller=false",
    ]


def test_the_security_plugin_of_3_brings_the_library_of_the_module_it_no_longer_needs(tmp_path: Path) -> None:
    # GIVEN a cache that holds both, so that nothing is fetched
    plugin_zip(tmp_path / "cache" / "opensearch-security-3.4.0.0.zip")
    (tmp_path / "cache" / "commons-collections4-4.5.0.jar").write_bytes(b"library")
    # WHEN
    changed = security_plugin("3.4.0", into=tmp_path, cache=tmp_path / "cache", say=lambda line: None)
    # THEN
    with zipfile.ZipFile(changed) as found:
        assert {name: found.read(name) for name in found.namelist()} == {
            "plugin.jar": b"code",
            "plugin-descriptor.properties": standing_alone(DESCRIPTOR),
            "commons-collections4-4.5.0.jar": b"library",
        }


def test_a_security_plugin_that_stands_alone_is_taken_as_it_is(tmp_path: Path) -> None:
    kept = plugin_zip(tmp_path / "opensearch-security-2.19.4.0.zip", b"extended.plugins=\n")
    assert security_plugin("2.19.4", into=tmp_path / "other", cache=tmp_path, say=lambda line: None) == kept


def test_a_plugin_that_maven_does_not_have_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # GIVEN a Maven that has the server of this version in its cache, and no such plugin
    fake_program(tmp_path / "bin" / "mvn", "echo '[ERROR] Could not find artifact'; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "opensearch-3.99.0.zip").write_bytes(b"server")
    choice = Choice("3.99.0", Jdk(21, tmp_path))
    # WHEN
    with pytest.raises(ServerError) as error:
        archive(choice, Plugins(security=True), cache=tmp_path, say=lambda line: None)
    # THEN
    assert str(error.value) == (
        "Maven could not fetch org.opensearch.plugin:opensearch-security:3.99.0.0:zip: "
        "[ERROR] Could not find artifact"
    )
    assert list(tmp_path.glob("*+security*.zip")) == []


def test_a_plugin_for_another_version_is_refused(tmp_path: Path) -> None:
    ism = plugin_zip(tmp_path / "ism.zip")
    (tmp_path / "opensearch-2.19.4.zip").write_bytes(b"server")
    with pytest.raises(ServerError, match=r"ism.zip is made for OpenSearch 3\.4\.0, not for 2\.19\.4"):
        archive(
            Choice("2.19.4", Jdk(17, tmp_path)), Plugins(ism_zip=ism), cache=tmp_path, say=lambda line: None
        )


def test_what_is_no_plugin_is_named_with_what_is_wrong_with_it(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("hello")
    for path, wrong in (
        (tmp_path / "text.zip", "File is not a zip file"),
        (tmp_path / "absent.zip", "No such file or directory"),
        (plugin_zip(tmp_path / "other.zip", None), "there is no plugin-descriptor.properties in it"),
        (
            plugin_zip(tmp_path / "nameless.zip", b"name=a\n"),
            "its plugin-descriptor.properties names no version",
        ),
    ):
        with pytest.raises(ServerError, match="is no plugin of OpenSearch") as error:
            made_for(path)
        assert wrong in str(error.value)


def test_an_ism_zip_of_the_environment_that_is_none_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENSEARCH_ISM_ZIP", str(tmp_path / "absent.zip"))
    with pytest.raises(ServerError, match=r"absent\.zip is no plugin of OpenSearch: .*No such file"):
        OpenSearchServer.launch(say=lambda line: None)


def test_an_ism_zip_of_the_environment_for_another_version_is_left_out_and_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ism = plugin_zip(tmp_path / "ism.zip")
    monkeypatch.setenv("OPENSEARCH_ISM_ZIP", str(ism))
    said: list[str] = []
    assert ism_zip_of_environment("3.4.0", said.append) == ism
    assert said == []
    assert ism_zip_of_environment("2.19.4", said.append) is None
    assert said == ["without ISM: OPENSEARCH_ISM_ZIP is for OpenSearch 3.4.0, not for 2.19.4"]
