"""One HTTP request to OpenSearch: bounded in time, never repeated behind the caller's back.

opensearch-py would add 90 ms to every cold start and 1.4 MB to the zip for what is one POST here. Its
transport is urllib3 as well, and that comes with botocore.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from lambdas.common.opensearch.auth import Auth

CONNECT_SECONDS = 3.0
"""A node in the same region answers a SYN within milliseconds; what takes longer is not there."""


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

    def __init__(self, endpoint: str, auth: Auth) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._auth = auth
        self._http = PoolManager(retries=False)

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        seconds: float,
        media_type: str = "application/json",
    ) -> Answer:
        """Send one request. A 401 is tried once more if the credentials turn out to have changed.

        Args:
            path: begins with a slash, may carry a query.
            seconds: how long to wait for the answer.

        Raises:
            UnreachableError: there was no answer; whether the server did what it was asked is not known.
            SignInError: there are no credentials to send.
        """
        answer = self._send(method, path, body, seconds, media_type)
        if answer.status == 401 and self._auth.refused():
            answer = self._send(method, path, body, seconds, media_type)
        return answer

    def _send(self, method: str, path: str, body: bytes, seconds: float, media_type: str) -> Answer:
        url = self._endpoint + path
        headers = self._auth.headers(method, url, body)
        if body:
            headers["Content-Type"] = media_type
        timeout = Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds)
        try:
            # Redirects are an answer: a signature holds for one URL only.
            response = self._http.request(
                method, url, body=body or None, headers=headers, timeout=timeout, redirect=False
            )
        except HTTPError as error:
            raise UnreachableError(f"{self._endpoint}: {type(error).__name__}: {error}") from None
        return Answer(response.status, response.data)
