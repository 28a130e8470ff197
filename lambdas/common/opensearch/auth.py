"""Signing in to OpenSearch: by the function's role (SigV4), or by a user whose password lies in a secret."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

if TYPE_CHECKING:
    from boto3 import Session
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECRET_SECONDS = 300
"""Until a password is read again: a rotation shows within minutes, and Secrets Manager bills each call."""


class SignInError(Exception):
    """There are no usable credentials; says which are missing, never what they hold."""


class Auth(Protocol):
    """Adds to a request what proves who we are."""

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """The headers to send with this request. Raises SignInError."""

    def refused(self) -> bool:
        """The server answered 401. Whether another try may have other credentials."""


class RoleAuth:
    """Signature version 4 with the credentials of the function's role."""

    def __init__(self, session: Session, service: str = "es") -> None:
        self._credentials = session.get_credentials()
        self._region = session.region_name
        self._service = service

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """Sign method, URL and body."""
        if self._credentials is None or not self._region:
            raise SignInError("sigv4 needs the credentials of a role and AWS_REGION")
        # Frozen, because each attribute of refreshable credentials may refresh all of them in between.
        signer = SigV4Auth(self._credentials.get_frozen_credentials(), self._service, self._region)
        request = AWSRequest(method=method, url=url, data=body)
        # OpenSearch Serverless asks for this header; x-amz headers belong to what is signed.
        request.headers["X-Amz-Content-SHA256"] = signer.payload(request)
        signer.add_auth(request)
        return dict(request.headers.items())

    def refused(self) -> Literal[False]:
        """The role is what it is."""
        return False


class User(Struct, frozen=True):
    """Who signs in with a password."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"User({self.username!r})"


def read_user(secrets: SecretsManagerClient, secret_arn: str) -> User:
    """The user that a secret {"username": …, "password": …} holds. Raises SignInError."""
    try:
        text = secrets.get_secret_value(SecretId=secret_arn)["SecretString"]
        return msgspec.json.decode(text, type=User)
    except (BotoCoreError, ClientError) as error:
        raise SignInError(f"{secret_arn} cannot be read: {error}") from None
    except (msgspec.MsgspecError, KeyError):
        # The parser's words may quote the secret.
        raise SignInError(f'{secret_arn} must hold {{"username": …, "password": …}}') from None


class UserAuth:
    """HTTP basic authentication with a user from Secrets Manager, cached for minutes."""

    def __init__(
        self, secrets: SecretsManagerClient, secret_arn: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._secrets = secrets
        self._arn = secret_arn
        self._clock = clock
        self._user: User | None = None
        self._read_at = 0.0

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """The Authorization header; the same for every request."""
        if self._user is None or self._clock() - self._read_at >= SECRET_SECONDS:
            self._user, self._read_at = read_user(self._secrets, self._arn), self._clock()
        # RFC 7617 leaves the charset to the server. OpenSearch reads UTF-8; urllib3 knows Latin-1 only.
        pair = f"{self._user.username}:{self._user.password}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}

    def refused(self) -> bool:
        """Read the secret again: it may have been rotated. True if it holds something else now."""
        before, self._user, self._read_at = self._user, read_user(self._secrets, self._arn), self._clock()
        return self._user != before
