"""Searches of the read alias, with opensearch-py. It is imported when it is needed: it takes 0.1 s."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from eventcore.backoff import Backoff
from kube_events.opensearch.connection import Connection
from kube_events.opensearch.errors import OpenSearchError, Unavailable
from kube_events.opensearch.refusals import PARTIAL, refusal
from kube_events.opensearch.signing_in import sign_in

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

ALIAS = "kubernetes-events"
"""Over all indices of events, whatever their names."""

ATTEMPTS = 3
"""Of one request, where there is no answer or no time for one: a long search should not die of one such."""


class SearchClient:
    """Asks the read alias."""

    def __init__(
        self,
        client: OpenSearch,
        connection: Connection,
        *,
        missing: Callable[[str], None] | None = None,
        backoff: Backoff = Backoff(),  # noqa: B008 - frozen
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """
        Args:
            client: opensearch-py's.
            connection: what it was made for.
            missing: is told, once as long as it lasts, that a part of the indices does not answer, and what
                the others have is an answer; None makes that an error.
            backoff: between attempts.
            sleep: waits for so many seconds.
        """
        self._client = client
        self._connection = connection
        self._missing = missing
        self._told = False
        self._backoff = backoff
        self._sleep = sleep

    def search(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one search. It is whole, or there is none, unless `missing` is to be told.

        Raises:
            Unavailable: no answer, also not to the last attempt.
            OpenSearchError: the server refuses it, or is none of OpenSearch's.
        """
        for attempt in range(1, ATTEMPTS):
            try:
                return self._search(body)
            except Unavailable:
                self._sleep(self._backoff.delay(attempt))
        return self._search(body)

    def _search(self, body: Mapping[str, Any]) -> dict[str, Any]:
        from opensearchpy.exceptions import OpenSearchException

        try:
            with warnings.catch_warnings(action="ignore"):
                # What the server warns of in its headers is for its administrator.
                answer = self._client.search(
                    index=ALIAS,
                    body=body,
                    params={"allow_partial_search_results": "true" if self._missing else "false"},
                )
        except OpenSearchException as error:
            raise refusal(error, self._connection) from None
        hits = answer.get("hits") if isinstance(answer, dict) else None
        if not (isinstance(answer, dict) and isinstance(hits, dict) and isinstance(hits.get("hits"), list)):
            raise OpenSearchError(f"{self._connection.endpoint} answers, but it is no OpenSearch")
        if answer.get("timed_out"):
            raise Unavailable(f"{self._connection.endpoint}: a part of the indices did not answer in time")
        # Shards that are nowhere are not among those that failed.
        shards = answer.get("_shards", {})
        lacking = shards.get("total", 0) - shards.get("successful", 0)
        if lacking and self._missing is None:
            raise Unavailable(f"{self._connection.endpoint}: {lacking} shards did not answer; {PARTIAL}")
        if lacking and self._missing is not None and not self._told:
            self._missing(f"{lacking} of {shards['total']} shards do not answer: what they hold is not shown")
        self._told = bool(lacking)
        return answer


def connect(connection: Connection, *, missing: Callable[[str], None] | None = None) -> SearchClient:
    """A client for this connection. Nothing is sent yet. `missing` is the client's.

    Raises:
        OpenSearchError: there is nothing to sign in with.
    """
    from opensearchpy import OpenSearch

    # Without a handler Python prints warnings of libraries; what they warn of, the errors here say.
    logging.getLogger("opensearch").addHandler(logging.NullHandler())
    trust: dict[str, Any] = {"ca_certs": str(connection.ca_file)} if connection.ca_file else {}
    client = OpenSearch(
        hosts=[connection.url],
        timeout=connection.seconds,
        max_retries=0,
        http_compress=False,
        **trust,
        **sign_in(connection),
    )
    return SearchClient(client, connection, missing=missing)
