"""AWS for a person's command: clients of their own credentials, and errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kube_events.aws_session import aws_session
from kube_events.errors import CommandError

if TYPE_CHECKING:
    import boto3
    from botocore.exceptions import ClientError

PERMISSIONS = {
    "DescribeStreamSummary": "kinesis:DescribeStreamSummary",
    "GetObject": "s3:GetObject",
    "GetRecords": "kinesis:GetRecords",
    "GetShardIterator": "kinesis:GetShardIterator",
    "Invoke": "lambda:InvokeFunction",
    "ListObjectsV2": "s3:ListBucket",
    "ListShards": "kinesis:ListShards",
}
"""What each call needs; infra/archive.tf lets people who replay do these, and decrypt."""

THROTTLED = frozenset(
    {
        "KMSThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

_NO_ENDPOINT = "Invalid endpoint"
"""What botocore says of an AWS_ENDPOINT_URL that is no URL, in a ValueError (botocore/endpoint.py)."""

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException"})
_UNKNOWN_CALLER = frozenset(
    {"InvalidAccessKeyId", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"}
)
_DENIED = frozenset(
    {"403", "AccessDenied", "AccessDeniedException", "KMSAccessDeniedException", "UnauthorizedOperation"}
)

_MISSING = frozenset(
    {"404", "AWS.SimpleQueueService.NonExistentQueue", "NoSuchBucket", "NoSuchKey", "QueueDoesNotExist"}
)


class AwsError(CommandError):
    """AWS did not do what it was asked, and a retry cannot help."""

    def __init__(self, line: str) -> None:
        super().__init__([line])


def session(region: str | None, profile: str | None) -> boto3.Session:
    """The session of whoever runs the command.

    Raises:
        AwsError: no such profile, no region, no credentials.
    """
    with aws_calls("AWS configuration"):
        found = aws_session(region, profile)
        if not found.region_name:
            raise AwsError("no AWS region: give --region, or set AWS_REGION")
        if found.get_credentials() is None:
            raise AwsError(
                "no AWS credentials: set AWS_PROFILE, give --profile, or sign in with `aws sso login`"
            )
        return found


@contextmanager
def aws_calls(what: str, permissions: Mapping[str, str] = PERMISSIONS) -> Iterator[None]:
    """Turn what botocore raises into an `AwsError` about `what`, such as `the stream kube-events`.

    `permissions` has, by operation, what a caller who was refused it lacks.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise AwsError(_refusal(what, error, permissions)) from None
    except BotoCoreError as error:
        raise AwsError(f"{what}: {' '.join(str(error).split())}") from None
    except ValueError as error:
        if not str(error).startswith(_NO_ENDPOINT):
            raise
        raise AwsError(f"AWS configuration: {error}") from None


def code_of(error: ClientError) -> str:
    """AWS' name for what went wrong."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_passing(error: ClientError) -> bool:
    """Whether the same call may well succeed later: throttled, or AWS' own fault."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code_of(error) in THROTTLED or status >= 500


def _refusal(what: str, error: ClientError, permissions: Mapping[str, str]) -> str:
    code = code_of(error)
    said = " ".join(str(error.response.get("Error", {}).get("Message", "")).split())
    if code in _EXPIRED:
        return "AWS credentials have expired: sign in again"
    if code in _UNKNOWN_CALLER:
        return f"AWS does not accept the credentials: {said or code}"
    if code in _DENIED:
        needed = permissions.get(error.operation_name, error.operation_name)
        return f"{what}: {needed} is not allowed: {said or code}"
    if "NotFound" in code or code in _MISSING:
        return f"{what}: not found: {said or code}"
    return f"{what}: {code}: {said}"
