"""Terraform as the sandbox and the checks use it: in a copy of infra/, with a provider from this machine."""

from sandbox.terraform.project import TerraformError, TerraformProject
from sandbox.terraform.provider import ToolMissingError, find_provider_mirror, find_terraform

__all__ = ["TerraformError", "TerraformProject", "ToolMissingError", "find_provider_mirror", "find_terraform"]
