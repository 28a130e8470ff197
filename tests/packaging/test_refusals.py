"""What keeps a zip from being built, and that a build is not repeated for nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from scripts.package_lambdas import build, main
from scripts.packaging.archive import write_zip
from scripts.packaging.checks import MAX_BYTES, check_binaries, check_size
from scripts.packaging.dependencies import dependency_files
from scripts.packaging.errors import (
    ForeignBinaryError,
    InstallError,
    MissingInputError,
    PackagingError,
    ZipSizeError,
)
from scripts.packaging.inputs import digest
from scripts.packaging.sources import compiled, lock_file, source_files
from scripts.packaging.target import RELEASE, sandbox_target
from scripts.packaging.uv import install


def library(folder: Path, *, machine: int) -> Path:
    path = folder / "fast.so"
    path.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00" + machine.to_bytes(2, "little"))
    return path


def wheel(folder: Path, *tags: str) -> Path:
    path = folder / "WHEEL"
    path.write_text("Wheel-Version: 1.0\n" + "".join(f"Tag: {tag}\n" for tag in tags))
    return path


def test_library_for_another_processor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ForeignBinaryError, match=r"fast\.so: ELF machine 62, python3\.13-arm64 needs 183"):
        check_binaries({"fast.so": library(tmp_path, machine=62)}, RELEASE)


@pytest.mark.parametrize(
    "tag",
    [
        "cp312-cp312-manylinux2014_aarch64",
        "cp313-cp313-manylinux2014_x86_64",
        "cp313-cp313-macosx_11_0_arm64",
    ],
)
def test_wheel_for_another_interpreter_or_system_is_refused(tmp_path: Path, tag: str) -> None:
    with pytest.raises(ForeignBinaryError, match=r"do not fit python3\.13-arm64"):
        check_binaries({"fast-1.0.dist-info/WHEEL": wheel(tmp_path, tag)}, RELEASE)


@pytest.mark.parametrize(
    "tag", ["py3-none-any", "cp313-cp313-manylinux_2_17_aarch64", "cp39-abi3-manylinux2014_aarch64"]
)
def test_wheel_that_fits_is_taken(tmp_path: Path, tag: str) -> None:
    check_binaries({"fast-1.0.dist-info/WHEEL": wheel(tmp_path, "py2-none-any", tag)}, RELEASE)


def test_zip_over_the_limit_is_refused_and_says_what_weighs(tmp_path: Path) -> None:
    # GIVEN a package that does not compress
    heavy = tmp_path / "heavy"
    heavy.write_bytes(os.urandom(MAX_BYTES + 1))
    files = {"heavy/data": heavy}
    write_zip(files, tmp_path / "function.zip")
    # WHEN / THEN
    with pytest.raises(ZipSizeError, match=r"has 6,\d+,\d+ bytes, allowed are 6,291,456; .*heavy"):
        check_size(tmp_path / "function.zip", files)


def test_boto3_among_the_dependencies_is_refused(tmp_path: Path) -> None:
    (tmp_path / "boto3").mkdir()
    with pytest.raises(InstallError, match="boto3 is among the dependencies"):
        dependency_files(tmp_path)


def test_module_that_does_not_compile_is_named(tmp_path: Path) -> None:
    source = tmp_path / "handler.py"
    source.write_text("def lambda_handler(:")
    with (
        pytest.raises(PackagingError, match=r"does not compile: .*handler\.py"),
        compiled({"handler.py": source}, Path(sys.executable)),
    ):
        pass


def test_function_without_handler_and_function_without_lock_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"lambdas/notify/handler\.py is not there"):
        source_files("notify", tmp_path)
    with pytest.raises(MissingInputError, match=r"requirements/notify\.txt is not there"):
        lock_file("notify", tmp_path)


def test_lock_that_cannot_be_installed_says_what_uv_said(tmp_path: Path) -> None:
    # GIVEN a pin without a hash
    lock = tmp_path / "broken.txt"
    lock.write_text("msgspec==0.22.0\n")
    # WHEN / THEN
    with pytest.raises(InstallError, match=r"requirements/broken.txt cannot be installed; uv says: .*hash"):
        install(lock, ("--target", str(tmp_path / "out")))


def test_unknown_function_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--function", "archive"])
    assert stopped.value.code == 2
    assert "filter_events" in capsys.readouterr().err


@pytest.mark.packaged
def test_nothing_is_built_again_until_an_input_or_the_zip_changes(tmp_path: Path) -> None:
    # GIVEN a zip
    said: list[str] = []
    build("sandbox", tmp_path, functions=["filter_events"], progress=said.append)
    # WHEN
    build("sandbox", tmp_path, functions=["filter_events"], progress=said.append)
    (tmp_path / "filter_events.zip").write_bytes(b"damaged")
    build("sandbox", tmp_path, functions=["filter_events"], progress=said.append)
    # THEN
    assert [line.rsplit(maxsplit=1)[1] for line in said] == ["built", "unchanged", "built"]
    assert said[0] == said[2]


def test_source_lock_target_and_compiler_decide_whether_a_zip_is_current(tmp_path: Path) -> None:
    # GIVEN
    source, lock = tmp_path / "handler.py", tmp_path / "lock.txt"
    source.write_text("one")
    lock.write_text("msgspec==1")
    digests = [digest({name: source}, lock, RELEASE, None) for name in ("handler.py", "other.py")]
    # WHEN
    digests.append(digest({"handler.py": source}, lock, sandbox_target(), None))
    digests.append(digest({"handler.py": source}, lock, RELEASE, Path(sys.executable)))
    source.write_text("two")
    digests.append(digest({"handler.py": source}, lock, RELEASE, None))
    lock.write_text("msgspec==2")
    digests.append(digest({"handler.py": source}, lock, RELEASE, None))
    # THEN
    assert len(set(digests)) == len(digests)


def test_sandbox_is_built_for_this_interpreter() -> None:
    target = sandbox_target()
    assert target.name.startswith("python3.")
    assert target.architecture in {"arm64", "x86_64"}
