"""What the zips are made of."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from scripts.packaging.bytecode import interpreter_for
from scripts.packaging.checks import MAX_BYTES, elf_machine, wheel_tags
from scripts.packaging.sources import FUNCTIONS, ROOT
from tests.packaging.conftest import Builds

pytestmark = pytest.mark.packaged

each_function = pytest.mark.parametrize("function", FUNCTIONS)


def names(zip_path: Path) -> list[str]:
    with zipfile.ZipFile(zip_path) as archive:
        return archive.namelist()


def locked(function: str) -> set[str]:
    """Names of the lock's packages, without those that no platform installs."""
    lines = (ROOT / "requirements" / f"{function}.txt").read_text().splitlines()
    pins = [line for line in lines if re.match(r"[a-z0-9]", line) and "'never'" not in line]
    return {normalised(pin.partition("==")[0]) for pin in pins}


def compiled_name(module: str, tag: str) -> str:
    folder, _, name = module.rpartition("/")
    return f"{folder}/__pycache__/{name[:-3]}.{tag}.pyc".lstrip("/")


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@each_function
def test_two_builds_give_the_same_bytes(builds: Builds, function: str) -> None:
    assert builds.first[function].read_bytes() == builds.second[function].read_bytes()


@each_function
def test_zip_is_within_the_limit(builds: Builds, function: str) -> None:
    assert builds.first[function].stat().st_size <= MAX_BYTES == 6 * 1024 * 1024


@each_function
def test_zip_holds_the_function_what_it_shares_and_its_lock_and_nothing_else(
    builds: Builds, function: str
) -> None:
    found = names(builds.first[function])
    ours = {name.split("/")[0] for name in found} & {path.name for path in ROOT.iterdir() if path.is_dir()}
    parts = {name.split("/")[1] for name in found if name.startswith("lambdas/")}
    installed = {name.rpartition(".dist-info/")[0] for name in found if name.endswith(".dist-info/METADATA")}
    assert ours - {"__pycache__"} == {"lambdas", "eventcore"} | (
        {"opensearch"} if function == "setup_index" else set()
    )
    assert parts - {"__pycache__"} == {"__init__.py", "common", function}
    assert {normalised(name.rpartition("-")[0]) for name in installed} == locked(function)


def test_setup_index_brings_every_file_that_it_puts(builds: Builds) -> None:
    found = {name for name in names(builds.first["setup_index"]) if name.startswith("opensearch/")}
    assert found >= {
        "opensearch/index-template.json",
        "opensearch/retention-policy.json",
        "opensearch/roles/kube_events_writer.json",
        "opensearch/roles/kube_events_reader.json",
        "opensearch/dashboards/kube-events.ndjson",
    }
    assert {Path(name).suffix for name in found} == {".json", ".ndjson"}


@each_function
def test_zip_is_free_of_stubs_tests_and_what_the_runtime_brings(builds: Builds, function: str) -> None:
    for name in names(builds.first[function]):
        folders = name.split("/")[:-1]
        assert not name.endswith(".pyi")
        assert not {"tests", "bin"} & set(folders)
        assert folders[:1] not in (["boto3"], ["botocore"])


@each_function
def test_every_module_is_there_compiled_in_a_form_that_holds_no_time(builds: Builds, function: str) -> None:
    if interpreter_for(builds.target) is None:
        pytest.skip(f"compiled modules were NOT tested: no python{builds.target.python} is on this machine")
    tag = builds.target.abi.replace("cp", "cpython-")
    with zipfile.ZipFile(builds.first[function]) as archive:
        found = set(archive.namelist())
        modules = {name for name in found if name.endswith(".py")}
        compiled = {name for name in found if name.endswith(".pyc")}
        flags = {archive.read(name)[4:8] for name in compiled}
    assert {compiled_name(name, tag) for name in modules} == compiled
    assert flags == {b"\x01\0\0\0"}  # hash-based, unchecked (PEP 552)


@each_function
def test_entries_are_sorted_readable_and_without_a_date_of_their_own(builds: Builds, function: str) -> None:
    with zipfile.ZipFile(builds.first[function]) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}


@each_function
def test_release_holds_nothing_that_python_313_on_arm64_cannot_load(
    release_builds: Builds, function: str
) -> None:
    libraries = 0
    with zipfile.ZipFile(release_builds.first[function]) as archive:
        for name in archive.namelist():
            if name.endswith(".dist-info/WHEEL"):
                tags = wheel_tags(archive.read(name).decode())
                assert any(re.fullmatch(r"py3-none-any|cp313-cp313-manylinux.*_aarch64", tag) for tag in tags)
            if ".so" in Path(name).suffixes:
                libraries += 1
                assert elf_machine(archive.read(name)[:20]) == 183  # EM_AARCH64
                assert "x86" not in name
    assert libraries  # msgspec has one
