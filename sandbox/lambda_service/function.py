"""A function as it is configured at the AWS endpoint, and the variables that its process gets."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.lambda_service.errors import FunctionMissingError, LambdaServiceError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_INVENTED = "sandbox"
"""Credentials that are none: the AWS stand-in takes any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedFunction:
    """What GetFunctionConfiguration says. Two that differ in anything need environments of their own."""

    name: str
    arn: str
    role: str
    handler: str
    version: str
    code_sha256: str
    timeout: int
    """Seconds."""
    memory: int
    """MB. Given to the function, not enforced."""
    log_group: str
    log_format: str
    """Text or JSON."""
    log_level: str
    variables: tuple[tuple[str, str], ...]


def look_up(client: LambdaClient, name: str) -> DeployedFunction:
    """The configuration of the function with this name or ARN.

    Raises:
        FunctionMissingError: there is none.
        LambdaServiceError: the endpoint does not answer.
    """
    try:
        found = client.get_function_configuration(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        raise FunctionMissingError(f"function {name} is not at the AWS endpoint") from None
    except (BotoCoreError, ClientError) as error:
        raise LambdaServiceError(f"function {name} cannot be looked up: {error}") from None
    logging = found.get("LoggingConfig", {})
    return DeployedFunction(
        name=found["FunctionName"],
        arn=found["FunctionArn"],
        role=found.get("Role", ""),
        handler=found["Handler"],
        version=found.get("Version", "$LATEST"),
        code_sha256=found["CodeSha256"],
        timeout=found.get("Timeout", 3),
        memory=found.get("MemorySize", 128),
        log_group=logging.get("LogGroup", f"/aws/lambda/{found['FunctionName']}"),
        log_format=logging.get("LogFormat", "Text"),
        log_level=logging.get("ApplicationLogLevel", ""),
        variables=tuple(sorted(found.get("Environment", {}).get("Variables", {}).items())),
    )


def process_variables(
    function: DeployedFunction, *, runtime_api: str, task_root: Path, endpoint: str, region: str
) -> Mapping[str, str]:
    """Every variable of the function's process: its own, and what AWS sets. Nothing comes from ours."""
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    reserved = {
        "AWS_ACCESS_KEY_ID": _INVENTED,
        "AWS_SECRET_ACCESS_KEY": _INVENTED,
        "AWS_SESSION_TOKEN": _INVENTED,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{python}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_LEVEL": function.log_level,
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": f"sandbox/[{function.version}]",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "LAMBDA_TASK_ROOT": str(task_root),
        "_HANDLER": function.handler,
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "TZ": ":UTC",
    }
    stand_in = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        # Without HOME botocore would still find the developer's own files by the password database.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    return dict(function.variables) | {name: value for name, value in reserved.items() if value} | stand_in
