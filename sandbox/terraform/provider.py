"""Where Terraform and its AWS provider are on this machine."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

PROVIDER = "registry.terraform.io/hashicorp/aws"
"""Where the provider lies in a directory of plugins. The first part is part of its name, not an address."""

PLUGIN_ROOTS = (
    Path("~/.terraform.d/plugins"),
    Path("/usr/share"),
    Path("/usr/local/share"),
    Path("/opt"),
)
"""Terraform's own places for plugins, and where images for CI tend to put them."""

MINIMUM = (5, 80)
BELOW = (7, 0)
"""What infra/versions.tf asks for."""


class ToolMissingError(Exception):
    """A tool is not there; the message says in one line what to install."""


def find_terraform() -> str:
    """The terraform command.

    Raises:
        ToolMissingError: it is not on PATH.
    """
    if (found := shutil.which("terraform")) is None:
        raise ToolMissingError(
            "terraform is not on PATH: install Terraform 1.9 or newer (developer.hashicorp.com/terraform)"
        )
    return found


def find_provider_mirror(roots: Sequence[Path] = PLUGIN_ROOTS) -> Path | None:
    """A directory of plugins with the AWS provider for this machine; None where only the registry has it."""
    for root in roots:
        for mirror in _mirrors_below(root.expanduser()):
            if any(map(_fits, (mirror / PROVIDER).iterdir())):
                return mirror
    return None


def _mirrors_below(root: Path) -> Iterator[Path]:
    """The root itself, and up to two folders down."""
    for pattern in (PROVIDER, f"*/{PROVIDER}", f"*/*/{PROVIDER}"):
        try:
            found = sorted(root.glob(pattern))
        except OSError:
            continue
        for provider in found:
            yield provider.parents[2]


def _fits(entry: Path) -> bool:
    """Two layouts: `<version>/<platform>/` and `terraform-provider-aws_<version>_<platform>.zip`."""
    if entry.suffix == ".zip":
        _, _, rest = entry.stem.partition("terraform-provider-aws_")
        version, _, built_for = rest.partition("_")
        return _version_fits(version) and built_for == _platform()
    return _version_fits(entry.name) and (entry / _platform()).is_dir()


def _version_fits(version: str) -> bool:
    numbers = version.split(".")[:2]
    return all(n.isdecimal() for n in numbers) and MINIMUM <= tuple(map(int, numbers)) < BELOW


def _platform() -> str:
    """As Terraform calls it, such as linux_amd64."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{platform.system().lower()}_{machine}"
