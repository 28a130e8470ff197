"""
TerraformError
 x  ProviderError   the provider did not start
"""


class TerraformError(Exception):
    """A command failed; the message is what Terraform said, without decoration."""


class ProviderError(TerraformError):
    """The provider did not start; says what it printed."""
