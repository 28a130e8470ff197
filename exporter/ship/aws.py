"""AWS calls: one client configuration, and one place where errors are sorted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

import boto3
import botocore.session
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

logger = logging.getLogger(__name__)

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


C = TypeVar("C")


class Client(Generic[C]):
    """A client of a service, which is made anew for as long as there are no credentials.

    botocore looks for them when a client is made, and never again if it finds none: the agent of a node that
    has just come up may answer a moment later.
    """

    def __init__(self, make: Callable[[boto3.Session], C]) -> None:
        """
        Args:
            make: of a session whose own calls, such as those to STS, are held to CALLS as well.
        """
        self._make = make
        self._making = Lock()
        self._client: C | None = None
        try:
            self._made()
        except (CredentialRetrievalError, OSError, RuntimeError) as error:
            logger.warning("no AWS credentials yet", extra={"reason": _one_line(error)})

    @contextmanager
    def calls(self, operation: str) -> Iterator[C]:
        """The client, for one call. Raises SinkError, whose text names the operation."""
        with aws_errors(operation):
            client = self._client or self._made()
            try:
                yield client
            except NoCredentialsError:
                self._client = None
                raise

    def _made(self) -> C:
        # Who comes meanwhile tries again later: one after the other would wait beyond what a call may take.
        if not self._making.acquire(blocking=False):
            raise NoCredentialsError
        try:
            session = botocore.session.get_session()
            session.set_default_client_config(CALLS)
            client = self._client = self._make(boto3.Session(botocore_session=session))
        finally:
            self._making.release()
        return client


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
    except (OSError, RuntimeError) as error:
        # What botocore does not wrap: a token's file that cannot be read; credentials that are expired when
        # they come, as they all are to a clock that is wrong.
        raise NoCredentials(f"{operation}: no AWS credentials: {_one_line(error)}") from error


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
