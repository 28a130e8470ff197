"""Where Terraform's provider is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.terraform import ToolMissingError, find_provider_mirror, find_terraform
from sandbox.terraform import provider as places

HOME = "registry.terraform.io/hashicorp/aws"


@pytest.fixture(autouse=True)
def platform(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every machine is one of these for a test."""
    monkeypatch.setattr(places.platform, "system", lambda: "Linux")
    monkeypatch.setattr(places.platform, "machine", lambda: "x86_64")


@pytest.mark.parametrize("below", ["", "plugins", "terraform/plugins"])
@pytest.mark.parametrize(
    "layout", ["5.100.0/linux_amd64/x", "terraform-provider-aws_5.100.0_linux_amd64.zip"]
)
def test_a_mirror_is_found_in_both_layouts_up_to_two_folders_down(
    tmp_path: Path, below: str, layout: str
) -> None:
    # GIVEN
    file = tmp_path / below / HOME / layout
    file.parent.mkdir(parents=True)
    file.touch()
    # WHEN / THEN
    assert find_provider_mirror([tmp_path / "nothing-here", tmp_path]) == tmp_path / below


@pytest.mark.parametrize("version", ["5.79.0/linux_amd64", "7.0.0/linux_amd64", "5.100.0/darwin_arm64"])
def test_a_provider_of_another_version_or_platform_is_no_mirror(tmp_path: Path, version: str) -> None:
    (tmp_path / HOME / version).mkdir(parents=True)
    assert find_provider_mirror([tmp_path]) is None


def test_a_missing_terraform_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(
        ToolMissingError, match=r"^terraform is not on PATH: install Terraform 1\.9 or newer .*$"
    ):
        find_terraform()
