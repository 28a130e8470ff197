"""For which interpreter and processor a zip is built."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from typing import Literal

TargetName = Literal["sandbox", "release"]
Architecture = Literal["arm64", "x86_64"]
"""As Lambda names them."""

_LAMBDA_NAMES: dict[str, Architecture] = {
    "aarch64": "arm64",
    "arm64": "arm64",
    "x86_64": "x86_64",
    "AMD64": "x86_64",
}
_ELF_MACHINES: dict[Architecture, int] = {"arm64": 183, "x86_64": 62}  # e_machine, /usr/include/elf.h


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A Lambda runtime and architecture, and how uv is told to install for it."""

    python: str
    """Major and minor version, for example 3.13."""
    architecture: Architecture
    uv_arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        """Folder of its zips, for example python3.13-arm64."""
        return f"python{self.python}-{self.architecture}"

    @property
    def abi(self) -> str:
        """CPython's tag, for example cp313."""
        return "cp" + self.python.replace(".", "")

    @property
    def elf_machine(self) -> int:
        """What the header of a shared library says that runs there."""
        return _ELF_MACHINES[self.architecture]

    @property
    def wheel_processor(self) -> str:
        """The end of a wheel's platform tag."""
        return {"arm64": "aarch64", "x86_64": "x86_64"}[self.architecture]


RELEASE = Target(
    python="3.13",
    architecture="arm64",
    uv_arguments=("--python-version", "3.13", "--python-platform", "aarch64-manylinux2014"),
)
"""What runs in AWS. manylinux2014 asks for glibc 2.17; Amazon Linux 2023 has 2.34."""


def sandbox_target() -> Target:
    """This interpreter on this machine: the only one that the sandbox can run."""
    machine = platform.machine()
    return Target(
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        architecture=_LAMBDA_NAMES.get(machine, "x86_64"),
        uv_arguments=("--python", sys.executable),
    )


def target_named(name: TargetName) -> Target:
    """The target that the command line calls `sandbox` or `release`."""
    return RELEASE if name == "release" else sandbox_target()
