"""What opensearch-py raises, said to whoever typed the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kube_events.opensearch.connection import Connection
from kube_events.opensearch.errors import OpenSearchError, Unavailable
from kube_events.plain_text import plain

if TYPE_CHECKING:
    from opensearchpy.exceptions import ConnectionError as NoAnswer
    from opensearchpy.exceptions import OpenSearchException

READER_ROLE = "kube_events_reader"
PARTIAL = "--partial shows what the others have"
OVERLOADED = frozenset({429, 502, 503, 504})


def refusal(error: OpenSearchException, connection: Connection) -> OpenSearchError:
    """The error of the command for an error of the library."""
    from opensearchpy.exceptions import ConnectionError as NoAnswer
    from opensearchpy.exceptions import SerializationError, TransportError

    if isinstance(error, NoAnswer):
        return _unreachable(error, connection)
    if isinstance(error, TransportError) and isinstance(error.status_code, int):
        return _refused(error.status_code, _reason(error.info), connection)
    if isinstance(error, SerializationError):
        return OpenSearchError(f"{connection.endpoint} answers, but it is no OpenSearch")
    return OpenSearchError(f"{connection.endpoint}: {_one_line(str(error))}")


def _unreachable(error: NoAnswer, connection: Connection) -> OpenSearchError:
    from botocore.exceptions import BotoCoreError, ClientError
    from opensearchpy.exceptions import ConnectionTimeout, SSLError

    said = _one_line(str(error.info))
    if isinstance(error.info, BotoCoreError | ClientError):
        # Credentials are fetched when the first request is signed: an expired session shows here.
        return OpenSearchError(f"AWS credentials: {said}")
    if isinstance(error, ConnectionTimeout):
        return Unavailable(
            f"{connection.endpoint}: no answer within {connection.seconds:g} s; --timeout allows more,"
            " a later --since asks for less"
        )
    if isinstance(error, SSLError) or "SSLError" in said:
        return OpenSearchError(
            f"{connection.endpoint}: TLS: {said}; --ca-file names an authority of your own"
        )
    return Unavailable(f"{connection.endpoint} cannot be reached: {said}")


def _refused(status: int, reason: str, connection: Connection) -> OpenSearchError:
    endpoint = connection.endpoint
    if status == 401:
        who = {
            "sigv4": "these AWS credentials",
            "basic": "this user and password",
            "none": "us without --auth",
        }
        return OpenSearchError(f"{endpoint} does not accept {who[connection.auth]} (401){reason}")
    if status == 403:
        return OpenSearchError(
            f"{endpoint} does not let us search (403){reason}; it takes the role {READER_ROLE}, and at an"
            " access policy es:ESHttpGet and es:ESHttpPost"
        )
    if status == 404:
        return OpenSearchError(
            f"{endpoint} has no alias kubernetes-events (404){reason}; it appears with the first event"
            " that is written after setup_index has run"
        )
    if status in OVERLOADED and "missing shards" in reason:
        return Unavailable(f"{endpoint} lacks a part of the indices ({status}){reason}; {PARTIAL}")
    if status in OVERLOADED:
        return Unavailable(f"{endpoint} has no time for it ({status}){reason}")
    if 300 <= status < 400:
        return OpenSearchError(f"{endpoint} sends us elsewhere ({status}): is it the address of Dashboards?")
    return OpenSearchError(f"{endpoint} refuses the search ({status}){reason}")


def _reason(info: object) -> str:
    """Of an answer of OpenSearch; pages of proxies say nothing in one line."""
    error = info.get("error") if isinstance(info, dict) else None
    if isinstance(error, dict):
        causes = error.get("root_cause")
        cause = causes[0] if isinstance(causes, list) and causes and isinstance(causes[0], dict) else error
        # Shards that are nowhere have no root cause.
        deeper = error.get("caused_by")
        said = cause.get("reason") or (deeper.get("reason") if isinstance(deeper, dict) else None)
        return f": {_one_line(str(said or error.get('type', '')))}"
    return f": {_one_line(error)}" if isinstance(error, str) else ""


def _one_line(text: str) -> str:
    line = plain(text)
    return line if len(line) <= 300 else line[:299] + "…"
