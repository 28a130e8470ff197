"""One POST to a webhook: pooled, bounded in time, and silent about where it went.

A webhook's URL is its credential. It is in no log line, no exception and no outcome that leaves this module.
"""

from __future__ import annotations

import logging
import time
from typing import NamedTuple

import urllib3
from urllib3 import exceptions

from eventcore.retry_after import parse_retry_after
from lambdas.notify.whole_answer import POOLS

logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # it logs paths, and the token is in the path's query

CONNECT_SECONDS = 3.0
"""A chat's front door answers in a fraction of a second, or it is down."""
READ_SECONDS = 7.0
"""Chats take a message in well under a second; longer than this is as good as no answer."""
TRY_SECONDS = CONNECT_SECONDS + READ_SECONDS
"""The longest that one POST can take: the connection, then the whole answer. Only a name that resolves
slowly, or to several addresses that all keep silent, adds to it."""

MAX_ANSWER = 16_384
"""Bytes of an answer that are read. The longest known ones have a few hundred."""

MAX_RETRY_AFTER = 86_400.0
"""Seconds. No message is kept for longer than a day, so a longer wait says nothing more."""


class Answer(NamedTuple):
    """What came back, whatever its status."""

    status: int
    body: bytes
    retry_after: float | None = None
    """Seconds, from the header Retry-After."""


class NoAnswerError(Exception):
    """Nothing came back. The message says what happened, without the URL."""


class Webhooks:
    """Connections to all webhooks of this execution environment, kept open between invocations."""

    def __init__(
        self, *, connect_seconds: float = CONNECT_SECONDS, read_seconds: float = READ_SECONDS
    ) -> None:
        self._pool = urllib3.PoolManager(
            num_pools=8,
            timeout=urllib3.Timeout(connect=connect_seconds, read=read_seconds),
            retries=False,  # whether to try again is decided above, where it is known what was sent
        )
        self._pool.pool_classes_by_scheme = POOLS

    def post(self, url: str, body: bytes) -> Answer:
        """Send a JSON body; follows no redirect, since the body and the credential were not meant for
        elsewhere.

        Raises:
            NoAnswerError: no connection, no TLS, or no whole answer in time.
        """
        try:
            response = self._pool.request(
                "POST",
                url,
                body=body,
                headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "kube-events"},
                redirect=False,
                preload_content=False,
            )
            try:
                content = response.read(MAX_ANSWER, decode_content=True)
                if len(content) == MAX_ANSWER:
                    response.close()  # there may be more: a connection with a rest in it cannot be used again
            finally:
                response.release_conn()
        except (exceptions.HTTPError, OSError, ValueError) as error:
            # `from None`: the original's text holds the URL, and a traceback would print it.
            raise NoAnswerError(_what_happened(error)) from None
        retry_after = parse_retry_after(
            response.headers.get("Retry-After"), now=time.time(), at_most=MAX_RETRY_AFTER
        )
        return Answer(response.status, content, retry_after)


def _what_happened(error: Exception) -> str:
    if isinstance(
        error, exceptions.NewConnectionError
    ):  # before the timeouts, which were its base class in urllib3 1
        return "no connection"
    if isinstance(error, exceptions.TimeoutError):
        return "no answer in time"
    if isinstance(error, exceptions.SSLError):
        return "the TLS handshake failed"
    if isinstance(error, exceptions.LocationParseError | ValueError):
        return "the URL cannot be used"
    return f"the connection broke ({type(error).__name__})"
