"""Terraform as the sandbox and the checks use it: in a copy of infra/, with a provider from this machine."""

from sandbox.terraform.errors import ProviderError, TerraformError
from sandbox.terraform.project import TerraformProject
from sandbox.terraform.provider import ToolMissingError, find_provider_mirror, find_terraform

__all__ = [
    "ProviderError",
    "TerraformError",
    "TerraformProject",
    "ToolMissingError",
    "find_provider_mirror",
    "find_terraform",
]
