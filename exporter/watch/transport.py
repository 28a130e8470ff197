"""Requests to the API server: the official client's connections and tokens, everything else our own."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import closing, suppress
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

_SUCCESS = frozenset({200, 201, 202})


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


JSON = "application/json"


class Transport:
    """Requests with the credentials of the moment.

    One thread makes requests, each has a transport of its own (`clone`); another one may `interrupt`.
    """

    def __init__(
        self, credentials: Credentials, patience: Patience, *, configuration: Configuration | None = None
    ) -> None:
        """
        Args:
            credentials: read now, and again when the server refuses them.
            patience: how long to wait.
            configuration: what `credentials` gave before, instead of reading them now.

        Raises:
            Denied: the credentials cannot be read.
        """
        self._credentials = credentials
        self.patience = patience
        self._reading: BaseHTTPResponse | None = None
        self._interrupted = False
        self._connect(configuration or credentials())

    @property
    def host(self) -> str:
        """The API server's URL."""
        return str(self._configuration.host)

    def clone(self) -> Transport:
        """A transport for another thread: the same credentials, connections of its own."""
        return Transport(self._credentials, self.patience, configuration=self._configuration)

    def get(
        self, path: str, query: Mapping[str, str | int], *, read_timeout: float, accept: str = JSON
    ) -> BaseHTTPResponse:
        """The answer to a GET, its body unread. Close it.

        Args:
            path: from the root of the server.
            query: parameters, not yet quoted.
            read_timeout: seconds of silence after which the connection counts as dead.
            accept: the media types that are wanted.

        Raises:
            ApiServerError: no answer within the time, or one that is no success.
        """
        url = f"{self.host}{path}" + (f"?{urlencode(query)}" if query else "")
        response = self._request("GET", url, {"Accept": accept}, None, read_timeout)
        self._reading = response
        if self._interrupted:
            response.close()
            raise Unreachable("interrupted")
        return response

    def read(
        self, path: str, query: Mapping[str, str | int], *, read_timeout: float, accept: str = JSON
    ) -> bytes:
        """The body of the answer to a GET, whole. Raises as `get` does."""
        return self._body(self.get(path, query, read_timeout=read_timeout, accept=accept))

    def send(
        self, method: str, path: str, body: bytes, *, read_timeout: float, content_type: str = JSON
    ) -> bytes:
        """The body of the answer to a PUT, POST or PATCH, whole.

        Raises:
            ApiServerError: as for `get`; Conflict if the object was written since it was read.
        """
        headers = {"Accept": JSON, "Content-Type": content_type}
        return self._body(self._request(method, f"{self.host}{path}", headers, body, read_timeout))

    def interrupt(self) -> None:
        """End the answer that is being read, from another thread, and refuse further GETs until `resume`."""
        self._interrupted = True
        if self._reading is not None:
            # ValueError, RuntimeError: it was read to its end, or closed, in this moment.
            with suppress(ValueError, RuntimeError, OSError):
                self._reading.shutdown()

    def resume(self) -> None:
        """Make requests again after `interrupt`."""
        self._interrupted = False

    def close(self) -> None:
        """Close the connections; its own thread calls this. Further requests make new ones."""
        self._reading = None
        self._pool.clear()

    def _connect(self, configuration: Configuration) -> None:
        self._configuration = configuration
        patience = self.patience
        configuration.socket_options = tcp_keepalive_socket_options(
            patience.keepalive_idle, patience.keepalive_interval, patience.keepalive_count
        )
        self._pool: urllib3.PoolManager = RESTClientObject(configuration).pool_manager

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, read_timeout: float
    ) -> BaseHTTPResponse:
        timeout = urllib3.Timeout(connect=self.patience.connect, read=read_timeout)
        try:
            response = self._pool.request(
                method,
                url,
                body=body,
                headers={**headers, **self._own_headers()},
                timeout=timeout,
                preload_content=False,
                retries=False,
            )
        except HTTPError as error:
            raise Unreachable(f"no answer from {self.host}: {_cause(error)}") from error
        if response.status in _SUCCESS:
            return response
        raise self._refusal(response)

    def _body(self, response: BaseHTTPResponse) -> bytes:
        with closing(response):
            try:
                return response.data
            except HTTPError as error:
                raise Unreachable(f"the answer of {self.host} broke off: {type(error).__name__}") from error
            finally:
                # It holds the body, which may be a page of megabytes.
                self._reading = None

    def _own_headers(self) -> dict[str, str]:
        headers = {"User-Agent": f"kube-events-exporter/{VERSION}"}
        try:
            # Service account tokens rotate: the official client reads the file again once a minute.
            token = self._configuration.get_api_key_with_prefix("BearerToken")
        except (OSError, ConfigException) as error:
            raise Denied(f"cannot read the token: {error}") from None
        if not token:
            return headers
        # A file often ends in a newline. What else no header may carry would be shown whole in an exception.
        token = token.strip()
        if not (token.isascii() and token.isprintable()):
            self._connect(self._credentials())
            raise Denied("cannot use the token: it has characters that no token has")
        return {**headers, "Authorization": token}

    def _refusal(self, response: BaseHTTPResponse) -> ApiServerError:
        try:
            body = response.read(MAX_ERROR_BODY_BYTES)
        except HTTPError as error:
            body = f"(the body broke off: {_cause(error)})".encode()
        finally:
            response.close()
        if response.status == 401:
            # The token may have been replaced since it was read: read it again, whatever its age.
            self._connect(self._credentials())
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
