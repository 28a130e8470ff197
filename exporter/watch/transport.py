"""Requests to the API server: the official client's connections and tokens, everything else our own."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlencode

import urllib3
from kubernetes.client.configuration import Configuration
from kubernetes.client.rest import RESTClientObject
from kubernetes.config import ConfigException
from kubernetes.utils.keepalive import tcp_keepalive_socket_options
from msgspec import Struct
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from eventcore.retry_after import parse_retry_after
from exporter.version import VERSION
from exporter.watch.credentials import Credentials
from exporter.watch.errors import ApiServerError, Denied, Unreachable, error_of_answer

MAX_ERROR_BODY_BYTES = 64 * 1024
"""Of an error's body that is read: a Status object is far smaller."""

MAX_RETRY_AFTER = 60.0
"""Seconds. The API server asks for a few; a proxy that asks for an hour must not silence a cluster for so
long."""


class Patience(Struct, frozen=True, kw_only=True):
    """How long we wait for what, in seconds, before a connection counts as dead."""

    connect: float = 5.0
    """The API server is near: in the same VPC, or on the same machine."""
    list_page: float = 65.0
    """The server gives up on a list after 60 s (--request-timeout)."""
    watch_slack: float = 30.0
    """Beyond the timeoutSeconds of a watch, at which the server ends it. Only a dead connection outlives
    that."""
    keepalive_idle: int = 30
    """Until TCP asks whether the peer lives, as client-go does. Event watches send no bookmarks, so
    silence says nothing by itself."""
    keepalive_interval: int = 10
    keepalive_count: int = 3
    """Unanswered questions until the kernel gives the connection up: a minute of silence in all. Go's
    default of 9 questions would take nearly three."""


class Transport:
    """GET requests with the credentials of the moment.

    One thread makes requests; another one may `interrupt` the answer that is being read.
    """

    def __init__(self, credentials: Credentials, patience: Patience) -> None:
        """Raises Denied if the credentials cannot be read."""
        self._credentials = credentials
        self.patience = patience
        self._reading: BaseHTTPResponse | None = None
        self._interrupted = False
        self._connect()

    @property
    def host(self) -> str:
        """The API server's URL."""
        return str(self._configuration.host)

    def get(self, path: str, query: Mapping[str, str | int], *, read_timeout: float) -> BaseHTTPResponse:
        """The answer to a GET, its body unread. Close it.

        Raises:
            ApiServerError: no answer within the time, or one that is no success.
        """
        url = f"{self.host}{path}" + (f"?{urlencode(query)}" if query else "")
        timeout = urllib3.Timeout(connect=self.patience.connect, read=read_timeout)
        try:
            response = self._pool.request(
                "GET", url, headers=self._headers(), timeout=timeout, preload_content=False, retries=False
            )
        except HTTPError as error:
            raise Unreachable(f"no answer from {self.host}: {_cause(error)}") from error
        if response.status == 200:
            self._reading = response
            if self._interrupted:
                response.close()
                raise Unreachable("interrupted")
            return response
        raise self._refusal(response)

    def interrupt(self) -> None:
        """End the answer that is being read, from another thread, and refuse further requests."""
        self._interrupted = True
        if self._reading is not None:
            # ValueError, RuntimeError: it was read to its end, or closed, in this moment.
            with suppress(ValueError, RuntimeError, OSError):
                self._reading.shutdown()

    def _connect(self) -> None:
        self._configuration: Configuration = self._credentials()
        patience = self.patience
        self._configuration.socket_options = tcp_keepalive_socket_options(
            patience.keepalive_idle, patience.keepalive_interval, patience.keepalive_count
        )
        self._pool: urllib3.PoolManager = RESTClientObject(self._configuration).pool_manager

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": f"kube-events-exporter/{VERSION}"}
        try:
            # Service account tokens rotate: the official client reads the file again once a minute.
            token = self._configuration.get_api_key_with_prefix("BearerToken")
        except (OSError, ConfigException) as error:
            raise Denied(f"cannot read the token: {error}") from None
        return {**headers, "Authorization": token} if token else headers

    def _refusal(self, response: BaseHTTPResponse) -> ApiServerError:
        try:
            body = response.read(MAX_ERROR_BODY_BYTES)
        except HTTPError as error:
            body = f"(the body broke off: {_cause(error)})".encode()
        finally:
            response.close()
        if response.status == 401:
            # The token may have been replaced since it was read: read it again, whatever its age.
            self._connect()
        retry_after = parse_retry_after(
            response.headers.get("Retry-After"), now=time.time(), at_most=MAX_RETRY_AFTER
        )
        return error_of_answer(response.status, body, retry_after=retry_after or 0.0)


def _cause(error: HTTPError) -> str:
    """What urllib3's error is about, without the objects that its text is full of."""
    reason = getattr(error, "reason", None) or error.__cause__ or error
    if isinstance(reason, socket.gaierror):
        return "its name does not resolve"
    text = str(reason.args[-1] if isinstance(reason, HTTPError) and reason.args else reason)
    return text.rpartition("): ")[2] or type(error).__name__
