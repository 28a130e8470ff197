"""What a zip must keep to: small enough, and nothing in it that the target cannot run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from scripts.packaging.errors import ForeignBinaryError, ZipSizeError
from scripts.packaging.target import Target

MAX_BYTES = 6 * 1024 * 1024
"""Ours, not Lambda's (50 MB): a cold start pays for every file."""


def check_binaries(files: Mapping[str, Path], target: Target) -> None:
    """Wheel tags and ELF headers against the target.

    Raises:
        ForeignBinaryError: names the first file that does not fit.
    """
    for name, path in sorted(files.items()):
        if name.endswith(".dist-info/WHEEL"):
            tags = wheel_tags(path.read_text())
            if not any(_fits(tag, target) for tag in tags):
                raise ForeignBinaryError(f"{name}: tags {', '.join(tags)} do not fit {target.name}")
        elif path.suffix == ".so" or ".so." in path.name:
            machine = elf_machine(path.read_bytes()[:20])
            if machine != target.elf_machine:
                raise ForeignBinaryError(
                    f"{name}: ELF machine {machine}, {target.name} needs {target.elf_machine}"
                )


def check_size(zip_path: Path, files: Mapping[str, Path]) -> None:
    """The zip's size against the limit.

    Raises:
        ZipSizeError: with the three largest packages inside.
    """
    size = zip_path.stat().st_size
    if size <= MAX_BYTES:
        return
    weights = Counter[str]()
    for name, path in files.items():
        weights[name.split("/", 1)[0]] += path.stat().st_size
    largest = ", ".join(f"{name} {weight:,}" for name, weight in weights.most_common(3))
    raise ZipSizeError(
        f"{zip_path.name} has {size:,} bytes, allowed are {MAX_BYTES:,}; largest unpacked: {largest}"
    )


def wheel_tags(text: str) -> tuple[str, ...]:
    """The tags of a WHEEL file, for example cp313-cp313-manylinux2014_aarch64."""
    return tuple(line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("Tag:"))


def elf_machine(header: bytes) -> int | None:
    """The e_machine field of an ELF header (offset 18, little endian here), None when it is no ELF file."""
    return int.from_bytes(header[18:20], "little") if header[:4] == b"\x7fELF" else None


def _fits(tag: str, target: Target) -> bool:
    python, abi, platforms = tag.split("-")
    if platforms == "any":
        return abi == "none" and any(one in {"py3", target.abi} for one in python.split("."))
    right_abi = (target.abi in python.split(".") and abi == target.abi) or abi == "abi3"
    return right_abi and platforms.endswith("_" + target.wheel_processor)
