"""The requests that a reflector makes for one resource: pages of a list, and a watch."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import Generic

from urllib3.response import BaseHTTPResponse

from exporter.watch.answers import T
from exporter.watch.decoding import Decoding, Lines, Malformed, Page
from exporter.watch.frames import arriving
from exporter.watch.lines import TooLong, whole_lines
from exporter.watch.transport import Transport


def core_path(plural: str, namespace: str = "") -> str:
    """Where a core/v1 resource is; "" is all namespaces."""
    return f"/api/v1/namespaces/{namespace}/{plural}" if namespace else f"/api/v1/{plural}"


class ResourceApi(Generic[T]):
    """Lists and watches one resource, in all namespaces or in one."""

    def __init__(
        self,
        transport: Transport,
        path: str,
        type_: type[T],
        repair: Callable[[object], T],
        *,
        field_selector: str = "",
    ) -> None:
        """
        Args:
            transport: of this thread alone.
            path: `/api/v1/events` or `/api/v1/namespaces/shop/pods`.
            type_: what its objects are decoded to.
            repair: makes a `type_` of an object that is not of its shape; see Decoding.
            field_selector: what the server leaves out, such as `type!=Normal`.
        """
        self._transport = transport
        self._path = path
        self._decoding = Decoding(type_, repair)
        self._selection = {"fieldSelector": field_selector} if field_selector else {}

    def list_page(self, limit: int, continue_: str = "") -> Page[T]:
        """One page of at most `limit` objects; `continue_` is the token of the page before.

        Raises:
            ApiServerError: Expired if the token is too old to go on.
        """
        query: dict[str, str | int] = {"limit": limit, **self._selection}
        if continue_:
            query["continue"] = continue_
        body = self._transport.read(self._path, query, read_timeout=self.page_patience)
        return self._decoding.page(body)

    def watch(self, version: str, timeout_seconds: int) -> Generator[Lines[T], None, None]:
        """Begin a watch. What follows `version`, lines that arrived together at once, until the server ends
        it after `timeout_seconds`. Close it.

        Raises:
            ApiServerError: Unreachable if the connection breaks, or is silent beyond the server's own limit.
        """
        query: dict[str, str | int] = {
            "watch": 1,
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": timeout_seconds,
            **self._selection,
        }
        patience = self.watch_patience(timeout_seconds)
        return self._blocks(self._transport.get(self._path, query, read_timeout=patience))

    @property
    def page_patience(self) -> float:
        """Seconds that the answer to a list may take."""
        return self._transport.patience.list_page

    def watch_patience(self, timeout_seconds: int) -> float:
        """Seconds of silence after which a watch of `timeout_seconds` is dead."""
        return timeout_seconds + self._transport.patience.watch_slack

    def interrupt(self) -> None:
        """End what is being read, from another thread, and make no request until `resume`."""
        self._transport.interrupt()

    def resume(self) -> None:
        """Make requests again."""
        self._transport.resume()

    def close(self) -> None:
        """Close the connections, in the thread that made the requests."""
        self._transport.close()

    def _blocks(self, answer: BaseHTTPResponse) -> Generator[Lines[T], None, None]:
        with closing(answer):
            for block in whole_lines(arriving(answer)):
                if isinstance(block, TooLong):
                    yield Lines([], [Malformed("over the limit of a line", block.size)])
                else:
                    yield self._decoding.lines(block)
