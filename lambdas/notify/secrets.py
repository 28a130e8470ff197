"""Where the webhooks' URLs and signing keys come from: Secrets Manager, asked again after minutes.

A value is put there by hand, after Terraform has made the empty secret. So one that is missing or unusable is
an ordinary state that somebody is about to repair: messages wait for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlsplit

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CACHED_SECONDS = 300.0
"""A new value is used after five minutes at the latest; a refusal that smells of an old one asks at once."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SecretError(Exception):
    """A secret cannot be had. The message holds its ARN and what is wrong, never its value."""


class MissingSecretError(SecretError):
    """It has no value, no usable value, or may not be read: somebody has to repair that."""


class UnavailableSecretError(SecretError):
    """Secrets Manager did not answer, or asked to slow down: it may do later."""


class WebhookSecret(Struct, frozen=True):
    """What every webhook's secret holds: `{"url": "https://…"}`."""

    url: str

    def __post_init__(self) -> None:
        if not _is_address(self.url):
            raise ValueError("`url` must be an https:// address without blanks")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class SigningSecret(WebhookSecret, frozen=True):
    """One whose robot checks a signature: `{"url": "https://…", "secret": "SEC…"}`; without `secret` nothing
    is signed."""

    secret: str = ""

    __repr__ = WebhookSecret.__repr__


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    return safe and bool(parts.hostname) and url.isascii() and url.isprintable() and " " not in url


S = TypeVar("S", bound=WebhookSecret)


class _Cached(NamedTuple):
    value: bytes
    until: float


class Secrets:
    """The secrets that this execution environment has read."""

    def __init__(self, client: SecretsManagerClient, *, now: Callable[[], float] = time.monotonic) -> None:
        """The client makes one try only (ONE_TRY): the POST needs the time, and a message can wait."""
        self._client = client
        self._now = now
        self._cached: dict[str, _Cached] = {}

    def get(self, arn: str, shape: type[S], *, fresh: bool = False) -> S:
        """The secret's value as `shape`, at most minutes old; with `fresh`, as it is now.

        While Secrets Manager cannot be asked, the last value that it gave goes on being used.

        Raises:
            MissingSecretError: no value, one of another shape, or no right to read it.
            UnavailableSecretError: not known yet, and Secrets Manager cannot be asked.
        """
        cached = self._cached.get(arn)
        if cached is None or fresh or self._now() >= cached.until:
            try:
                cached = _Cached(self._read(arn), self._now() + CACHED_SECONDS)
            except UnavailableSecretError:
                if cached is None:
                    raise
        value = _decoded(arn, cached.value, shape)
        self._cached[arn] = cached  # only now: a value that cannot be used is asked for again the next time
        return value

    def _read(self, arn: str) -> bytes:
        try:
            answer = self._client.get_secret_value(SecretId=arn)
        except ClientError as error:
            raise _sorted_error(arn, error) from None
        except BotoCoreError as error:
            raise UnavailableSecretError(
                f"{arn}: Secrets Manager did not answer ({type(error).__name__})"
            ) from None
        return answer.get("SecretString", "").encode() or answer.get("SecretBinary", b"")


def _sorted_error(arn: str, error: ClientError) -> SecretError:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500 or "Throttl" in code or code == "TooManyRequestsException":
        return UnavailableSecretError(f"{arn}: Secrets Manager answered {code}")
    if code == "ResourceNotFoundException":
        return MissingSecretError(f"{arn} has no value yet: put one there")
    return MissingSecretError(f"{arn} cannot be read: {code}")


def _decoded(arn: str, value: bytes, shape: type[S]) -> S:
    if not value.strip():
        raise MissingSecretError(f"{arn} is empty: put a value there")
    try:
        return msgspec.json.decode(value, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        # msgspec names the field and the types, never the value; a UnicodeDecodeError would print it.
        problem = str(error) if isinstance(error, msgspec.MsgspecError) else "it is not UTF-8"
        raise MissingSecretError(f"{arn} is not as it must be: {problem}") from None
