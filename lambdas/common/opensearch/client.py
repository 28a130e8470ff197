"""One HTTP request to OpenSearch: bounded in time, never repeated behind the caller's back.

opensearch-py would add 90 ms to every cold start and 1.4 MB to the zip for what is one POST here. Its
transport is urllib3 as well, and that comes with botocore.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from lambdas.common.opensearch.auth import Auth

CONNECT_SECONDS = 3.0
"""A node in the same region answers a SYN within milliseconds; what takes longer is not there."""


GZIP_LEVEL = 1
"""3.4 µs for a document of 1.2 KB, which becomes a tenth; the default level takes ten times as long."""

GZIP_FORMAT = 31
"""zlib's name for gzip with the largest window."""


class UnreachableError(Exception):
    """No answer: no connection, a broken one, or none within the time given."""


class Answer(NamedTuple):
    """What the server said."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The decoded body; None if it is no JSON, which is what proxies in front of a server send."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None

    def error_type(self) -> str:
        """The type of OpenSearch's error; empty if it is nothing that OpenSearch says."""
        said = self.json()
        error = said.get("error") if isinstance(said, dict) else None
        found = error.get("type") if isinstance(error, dict) else None
        return found if isinstance(found, str) else ""

    def reason(self) -> str:
        """Type and reason of an error in one line; else the beginning of the body."""
        said = self.json()
        error = said.get("error") if isinstance(said, dict) else None
        if isinstance(error, dict):
            return f"{error.get('type', 'error')}: {error.get('reason', '')}"[:500]
        if isinstance(error, str):
            message = said.get("message")
            return f"{error}: {message}"[:500] if message else error[:500]
        return self.body[:200].decode(errors="replace")


class OpenSearchClient:
    """Requests to one endpoint, over connections that are kept."""

    def __init__(self, endpoint: str, auth: Auth, *, compresses: bool | None = None) -> None:
        """Nothing is sent yet.

        Args:
            endpoint: a URL without a path.
            auth: how to sign in.
            compresses: whether large bodies go as gzip. By default those to an https endpoint do: there is a
                network to cross, and what is encrypted and signed becomes a tenth too. A domain of Amazon
                OpenSearch Service takes gzip unless somebody has set `http_compression.enabled` to false.
        """
        self._endpoint = endpoint.rstrip("/")
        self._auth = auth
        self._http = PoolManager(retries=False)
        self._compresses = endpoint.startswith("https:") if compresses is None else compresses
        self._gzip_is_taken = False

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        seconds: float,
        media_type: str = "application/json",
        large: bool = False,
    ) -> Answer:
        """Send one request. A 401 is tried once more if the credentials turn out to have changed.

        Args:
            path: begins with a slash, may carry a query.
            seconds: how long to wait for the answer.
            large: the body may be worth compressing.

        Raises:
            UnreachableError: there was no answer; whether the server did what it was asked is not known.
            SignInError: there are no credentials to send.
        """
        headers = {"Content-Type": media_type} if body else {}
        if not (large and self._compresses):
            return self._signed_in(method, path, body, seconds, headers)
        packed = zlib.compress(body, GZIP_LEVEL, GZIP_FORMAT)
        answer = self._signed_in(method, path, packed, seconds, headers | {"Content-Encoding": "gzip"})
        if answer.status == 200:
            self._gzip_is_taken = True
        elif answer.status in (400, 415) and not self._gzip_is_taken:
            # Perhaps gzip cannot be read over there: then the same body plain is answered otherwise.
            refused, answer = answer, self._signed_in(method, path, body, seconds, headers)
            self._compresses = answer.status == refused.status
        return answer

    def _signed_in(
        self, method: str, path: str, body: bytes, seconds: float, headers: dict[str, str]
    ) -> Answer:
        answer = self._send(method, path, body, seconds, headers)
        if answer.status == 401 and self._auth.refused():
            answer = self._send(method, path, body, seconds, headers)
        return answer

    def _send(self, method: str, path: str, body: bytes, seconds: float, headers: dict[str, str]) -> Answer:
        url = self._endpoint + path
        headers = self._auth.headers(method, url, body) | headers
        timeout = Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds)
        try:
            # Redirects are an answer: a signature holds for one URL only.
            response = self._http.request(
                method, url, body=body or None, headers=headers, timeout=timeout, redirect=False
            )
        except HTTPError as error:
            raise UnreachableError(f"{self._endpoint}: {type(error).__name__}: {error}") from None
        return Answer(response.status, response.data)
