"""What OpenSearch holds of one cluster, read as anybody would read it: over HTTP, through the alias."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import urllib3
from urllib3.exceptions import HTTPError

from eventcore.event import Event
from eventcore.wire import decode

ALIAS = "kubernetes-events"
PAGE = 1000
"""Documents per page of a scroll; the server's limit is 10,000."""


class SearchError(Exception):
    """OpenSearch answered something else than was asked for."""


class Documents:
    """The documents of one cluster."""

    def __init__(self, url: str, cluster: str) -> None:
        self._url = url
        self._of_cluster = {"term": {"cluster.name": cluster}}
        self._http = urllib3.PoolManager(timeout=10, retries=False)

    def count(self) -> int:
        """How many there are; 0 while there is no index."""
        self._ask("POST", f"/{ALIAS}/_refresh", missing_is_fine=True)
        found = self._ask("POST", f"/{ALIAS}/_count", {"query": self._of_cluster}, missing_is_fine=True)
        return int(found.get("count", 0))

    def ids(self) -> list[str]:
        """Every id, as often as it occurs in any index."""
        return [hit["_id"] for hit in self._hits(source=False)]

    def versions(self) -> dict[tuple[str, str], int]:
        """Sequence number of the last write to every document, by index and id."""
        return {(hit["_index"], hit["_id"]): hit["_seq_no"] for hit in self._hits(source=False)}

    def events(self) -> Iterator[Event]:
        """Every document, read back as the event that it holds."""
        return (decode(msgspec.json.encode(hit["_source"])) for hit in self._hits(source=True))

    def delete(self) -> None:
        """Remove them, from a server that is not ours to stop."""
        lines = [{"delete": {"_index": index, "_id": identity}} for index, identity in self.versions()]
        if lines:
            body = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
            self._ask("POST", "/_bulk?filter_path=errors", body)

    def _hits(self, *, source: bool) -> Iterator[dict[str, Any]]:
        self._ask("POST", f"/{ALIAS}/_refresh", missing_is_fine=True)
        query = {
            "query": self._of_cluster,
            "size": PAGE,
            "_source": source,
            "sort": ["_doc"],
            "seq_no_primary_term": True,
        }
        page = self._ask("POST", f"/{ALIAS}/_search?scroll=1m", query, missing_is_fine=True)
        while page and page["hits"]["hits"]:
            yield from page["hits"]["hits"]
            following = {"scroll": "1m", "scroll_id": page["_scroll_id"]}
            page = self._ask("POST", "/_search/scroll", following)

    def _ask(
        self, method: str, path: str, body: object = None, *, missing_is_fine: bool = False
    ) -> dict[str, Any]:
        data = body if isinstance(body, bytes) else msgspec.json.encode(body) if body is not None else None
        headers = {"content-type": "application/x-ndjson" if isinstance(body, bytes) else "application/json"}
        try:
            answer = self._http.request(method, self._url + path, body=data, headers=headers)
        except HTTPError as error:
            raise SearchError(f"{method} {path}: {type(error).__name__}") from None
        # 503: the index is just being made, and its shard not yet started.
        if answer.status in (404, 503) and missing_is_fine:
            return {}
        if answer.status != 200:
            raise SearchError(
                f"{method} {path}: HTTP {answer.status}: {answer.data[:300].decode(errors='replace')}"
            )
        decoded: dict[str, Any] = msgspec.json.decode(answer.data)
        return decoded
