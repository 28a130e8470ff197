"""Which OpenSearch is started on which JDK, and what is said where there is none."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from sandbox.opensearch import ServerError
from sandbox.opensearch.jdk import Jdk, find_jdks
from sandbox.opensearch.maven import Artifact, cache_folder, fetch
from sandbox.opensearch.release import choose

SERVER = Artifact("org.example", "opensearch", "3.4.0")


def jdk(major: int) -> Jdk:
    return Jdk(major, Path(f"jdk-{major}"))


def fake_program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize(
    ("majors", "version", "major"),
    [
        ([25, 17], "3.4.0", 25),
        ([21], "3.4.0", 21),
        ([17, 11], "2.19.4", 17),
        ([11], "2.19.4", 11),
    ],
)
def test_the_newest_release_that_a_jdk_runs_is_chosen(majors: list[int], version: str, major: int) -> None:
    choice = choose([jdk(each) for each in majors])
    assert (choice.version, choice.jdk.major) == (version, major)


@pytest.mark.parametrize(("majors", "found"), [([], "none"), ([8], "8 in jdk-8")])
def test_without_a_fitting_jdk_one_line_says_what_to_install(majors: list[int], found: str) -> None:
    with pytest.raises(ServerError) as error:
        choose([jdk(each) for each in majors])
    assert str(error.value) == (
        f"no JDK for OpenSearch found (found: {found}): install JDK 21 or newer, or set JAVA_HOME to one"
    )


def test_jdks_are_found_and_asked_for_their_version(tmp_path: Path) -> None:
    # GIVEN two JDKs, a link to one of them, and a folder that is none
    for name, version in (("a", "21"), ("b", "1.8")):
        said = f"echo '    java.specification.version = {version}' >&2"
        fake_program(tmp_path / name / "bin" / "java", said)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "empty").mkdir()
    # WHEN
    found = find_jdks({"PATH": ""}, [str(tmp_path)])
    # THEN
    ours = [each for each in found if each.home.is_relative_to(tmp_path)]
    assert ours == [Jdk(21, tmp_path / "a"), Jdk(8, tmp_path / "b")]


def test_java_home_counts(tmp_path: Path) -> None:
    fake_program(tmp_path / "jdk" / "bin" / "java", "echo 'java.specification.version = 23' >&2")
    assert Jdk(23, tmp_path / "jdk") in find_jdks({"PATH": "", "JAVA_HOME": str(tmp_path / "jdk")}, [])


def test_the_cache_is_where_the_user_has_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "kube-events" / "opensearch"


def test_a_missing_maven_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        ServerError, match=r"Maven is missing: install it .mvn on PATH., or set OPENSEARCH_URL"
    ):
        fetch(SERVER, cache=tmp_path / "cache", say=lambda line: None)


@pytest.fixture
def maven(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Maven that notes each call, takes its time and copies an artifact."""
    calls = tmp_path / "calls"
    script = (
        f"echo call >> {calls}\n"
        'for each in "$@"; do case $each in -DoutputDirectory=*) folder=${each#*=};; esac; done\n'
        "sleep 0.2\n"
        "echo zip > $folder/opensearch-3.4.0.zip"
    )
    fake_program(tmp_path / "bin" / "mvn", script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return calls


def test_two_at_once_fetch_it_once(maven: Path, tmp_path: Path) -> None:
    said: list[str] = []
    threads = [
        threading.Thread(
            target=fetch, args=(SERVER,), kwargs={"cache": tmp_path / "cache", "say": said.append}
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert maven.read_text().splitlines() == ["call"]
    assert said == ["fetching opensearch 3.4.0 with Maven (once)"]
    assert (tmp_path / "cache" / "opensearch-3.4.0.zip").read_text() == "zip\n"


def test_what_maven_says_is_handed_on_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = "echo '[ERROR] Could not find artifact'; echo '[ERROR] more'; exit 1"
    fake_program(tmp_path / "bin" / "mvn", said)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ServerError) as error:
        fetch(SERVER, cache=tmp_path / "cache", say=lambda line: None)
    assert str(error.value).endswith("opensearch:3.4.0:zip: [ERROR] Could not find artifact")
    assert list((tmp_path / "cache").glob("*.zip")) == []
