"""Which OpenSearch is started on which JDK, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.opensearch import ServerError
from sandbox.opensearch.jdk import Jdk, find_jdks
from sandbox.opensearch.release import choose
from tests.sandbox.opensearch.programs import fake_program


def jdk(major: int) -> Jdk:
    return Jdk(major, Path(f"jdk-{major}"))


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


@pytest.mark.parametrize(("version", "major"), [("3.4.0", 25), ("3.6.0", 25), ("2.19.4", 17), ("2.11.1", 17)])
def test_a_version_asked_for_gets_the_newest_jdk_that_it_runs_on(version: str, major: int) -> None:
    assert choose([jdk(25), jdk(17), jdk(11)], version) == (version, jdk(major))


@pytest.mark.parametrize(
    ("majors", "version", "said"),
    [
        ([], None, "no JDK for OpenSearch found (found: none): install JDK 21 or newer"),
        ([8], None, "no JDK for OpenSearch found (found: 8 in jdk-8): install JDK 21 or newer"),
        ([17], "3.4.0", "no JDK for OpenSearch 3.4.0 found (found: 17 in jdk-17): install JDK 21 or newer"),
        ([25], "2.19.4", "no JDK for OpenSearch 2.19.4 found (found: 25 in jdk-25): install JDK 11 to 23"),
    ],
)
def test_without_a_fitting_jdk_one_line_says_what_to_install(
    majors: list[int], version: str | None, said: str
) -> None:
    with pytest.raises(ServerError) as error:
        choose([jdk(each) for each in majors], version)
    assert str(error.value) == f"{said}, or set JAVA_HOME to one"


@pytest.mark.parametrize("version", ["1.3.20", "3.4", "latest", "2.19.4-SNAPSHOT"])
def test_a_version_that_the_sandbox_does_not_know_is_named_with_what_it_does(version: str) -> None:
    with pytest.raises(ServerError) as error:
        choose([jdk(21)], version)
    assert str(error.value) == (
        f"OpenSearch '{version}' is none that the sandbox can start: "
        "name a whole version of 2.x or 3.x, such as 3.4.0 or 2.19.4"
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
