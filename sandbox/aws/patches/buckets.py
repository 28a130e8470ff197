"""S3: policies are kept and not enforced, as everywhere else in the stand-in."""

from __future__ import annotations

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from sandbox.aws.patches.replace import replace


def apply() -> None:
    """Put the patches in."""
    replace(FakeBucket, "get_permission", lambda _: _neutral)


def _neutral(_self: Any, _action: str, _resource: str) -> PermissionResult:
    """moto takes a Deny without looking at its condition.

    So `Deny if the connection is not encrypted` denies everything; and on loopback none is encrypted.
    """
    return PermissionResult.NEUTRAL
