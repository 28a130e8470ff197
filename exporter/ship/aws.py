"""AWS calls: one client configuration, and one place where errors are sorted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's name
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from exporter.ship.errors import (
    InvalidCall,
    Misconfigured,
    NoCredentials,
    NotAllowed,
    SinkError,
    Unavailable,
)
from exporter.version import VERSION

CALLS = Config(
    # Our own retries know which records of a call failed; botocore's would repeat the whole call.
    retries={"total_max_attempts": 1},
    connect_timeout=5,
    # A call of 1 MiB takes a second on a bad day; a connection that is silent for longer is better made anew.
    read_timeout=15,
    # Records are built by ourselves: checking each of them again costs more than everything else in a call.
    parameter_validation=False,
    tcp_keepalive=True,
    # As many as there may be senders: one without room for its connection makes a new one for each call.
    max_pool_connections=32,
    user_agent_extra=f"kube-events-exporter/{VERSION}",
)

THROTTLED = frozenset(
    {
        "KMSThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "KMSAccessDeniedException", "UnauthorizedOperation"}
)

INVALID = frozenset(
    {
        "InvalidArgumentException",
        "InvalidParameterValue",
        "RequestEntityTooLargeException",
        "SerializationException",
        "ValidationError",
        "ValidationException",
    }
)


@contextmanager
def client_errors() -> Iterator[None]:
    """Turn what boto3 raises at a client that it cannot make into Misconfigured."""
    try:
        yield
    except (BotoCoreError, ValueError) as error:
        # ValueError: an AWS_ENDPOINT_URL that is no URL, which urllib finds before botocore does.
        raise Misconfigured(
            f"the AWS configuration of this environment is wrong: {_one_line(error)}"
        ) from error


@contextmanager
def aws_errors(operation: str) -> Iterator[None]:
    """Turn what botocore raises into a SinkError whose text names the operation."""
    try:
        yield
    except ClientError as error:
        raise sorted_error(operation, error) from error
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as error:
        raise NoCredentials(f"{operation}: no AWS credentials: {_one_line(error)}") from error
    except (ConnectionError, HTTPClientError, ResponseParserError) as error:
        raise Unavailable(f"{operation}: {_one_line(error)}") from error
    except BotoCoreError as error:
        raise Misconfigured(f"{operation}: {_one_line(error)}") from error


def sorted_error(operation: str, error: ClientError) -> SinkError:
    """The SinkError for an answer of AWS. What nobody knows is retried: it may be repaired."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    text = " ".join(f"{operation}: {code}: {message}".split())
    if code in THROTTLED or status == 429 or status >= 500:
        return Unavailable(text)
    if code in INVALID or status == 413:
        return InvalidCall(text)
    return NotAllowed(text) if code in DENIED else Misconfigured(text)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
