"""`terraform apply` of infra/ as a user would do it, the secrets' values by hand afterwards."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any, NamedTuple

import boto3

from sandbox.demo.options import ROOT, Options
from sandbox.demo.parts import Parts
from sandbox.demo.progress import Progress
from sandbox.terraform import TerraformProject

MAIL_ADDRESS = "ops@example.com"
ALARM_ADDRESS = "platform@example.com"
MAIL = "ops-mail"
DINGTALK = "sre-dingtalk"
REFUSING = "sre-dingtalk-keyword"
"""A robot that asks for a keyword which no message holds."""
CHIME = "sre-chime"
KEYWORD = "no message of ours holds this"

NEWEST_RUNTIME = (3, 13)
"""The newest that the AWS provider 5.x knows. The sandbox runs functions on its own interpreter anyway."""

LONGEST_RETENTION = 3650
"""Days: as much as `retention_days` may be."""


class Deployment(NamedTuple):
    """What Terraform made."""

    project: TerraformProject
    outputs: dict[str, Any]

    @property
    def target(self) -> str:
        """Name of the stream or the bus."""
        return str(self.outputs["transport"]["name"])


def deploy(parts: Parts, options: Options, progress: Progress, work: Path) -> Deployment:
    """Apply, then put the webhooks' addresses into the secrets that Terraform made empty.

    Raises:
        TerraformError: says which resource failed and why.
    """
    search_secret = _search_secret(parts)
    # The provider leaves its socket behind in the folder for temporary files.
    environ = {**parts.aws.environ, "TMPDIR": str(work)}
    with progress.stage("terraform apply"):
        project = TerraformProject(ROOT / "infra", work, environ, on_progress=_every_tenth(progress))
        project.init()
        project.apply(_variables(parts, options, search_secret))
        outputs = project.outputs()
    addresses: dict[str, dict[str, str]] = {
        DINGTALK: _robot(parts, DINGTALK, secret=f"SEC{token_hex(16)}"),
        REFUSING: _robot(parts, REFUSING, keyword=KEYWORD),
        CHIME: {"url": parts.receivers.add_webhook(CHIME)},
    }
    secrets = boto3.client("secretsmanager", **parts.aws.client_settings)
    for receiver, value in addresses.items():
        arn = outputs["receiver_secrets"][receiver]
        secrets.put_secret_value(SecretId=arn, SecretString=json.dumps(value))
    # Asked once to slow down and once not answered: both messages have to arrive all the same.
    parts.receivers.inject(CHIME, 1, "throttled")
    parts.receivers.inject(DINGTALK, 1, "busy")
    return Deployment(project, outputs)


def remove_search_secret(parts: Parts) -> None:
    """The one thing in the account that Terraform did not make."""
    secrets = boto3.client("secretsmanager", **parts.aws.client_settings)
    secrets.delete_secret(SecretId="demo-opensearch", ForceDeleteWithoutRecovery=True)


def _search_secret(parts: Parts) -> str:
    secrets = boto3.client("secretsmanager", **parts.aws.client_settings)
    value = json.dumps({"username": "demo", "password": token_hex(16)})
    return str(secrets.create_secret(Name="demo-opensearch", SecretString=value)["ARN"])


def _variables(parts: Parts, options: Options, search_secret: str) -> dict[str, Any]:
    version = min(sys.version_info[:2], NEWEST_RUNTIME)
    return {
        "transport": options.transport,
        "artifacts": {"directory": str(parts.zips)},
        "runtime": f"python{version[0]}.{version[1]}",
        "architecture": "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64",
        "rules_file": str(options.rules),
        "receivers": {
            MAIL: {"type": "sns", "mail": [MAIL_ADDRESS]},
            DINGTALK: {"type": "dingtalk"},
            REFUSING: {"type": "dingtalk"},
            CHIME: {"type": "chime"},
        },
        "search": {
            "mode": "existing",
            "endpoint": parts.search.url,
            "auth": "basic",
            "secret_arn": search_secret,
        },
        # The recording stays of the day on which it was made, and what is older than this is not indexed.
        "retention_days": LONGEST_RETENTION,
        "alarm_mail": [ALARM_ADDRESS],
        # The stand-in has neither EKS nor its Pod Identity associations; the role itself it has.
        "exporter": {"identity": "pod-identity"},
        "force_destroy": True,
    }


def _robot(parts: Parts, name: str, *, secret: str = "", keyword: str = "") -> dict[str, str]:
    url = parts.receivers.add_robot(name, secret=secret, keywords=(keyword,) if keyword else ())
    return {"url": url, "secret": secret} if secret else {"url": url}


def _every_tenth(progress: Progress) -> Callable[[str], None]:
    def say(line: str) -> None:
        done, _, _ = line.partition("/")
        if done.isdecimal() and int(done) % 10 == 0:
            progress.say(f"  {line}")

    return say
