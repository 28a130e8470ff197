"""The requests that an exporter makes. Only core/v1: events.k8s.io shows the same objects once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import msgspec
from msgspec import Raw
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from exporter.watch.answers import ListPage
from exporter.watch.errors import UnexpectedAnswer, Unreachable
from exporter.watch.lines import TooLong, split_lines
from exporter.watch.transport import Transport

EVENTS = "/api/v1/events"

READ_BYTES = 64 * 1024
"""Asked of the connection at once. It gives what has arrived, so this adds no delay."""

_list_decoder = msgspec.json.Decoder(ListPage[Raw])


class EventsApi:
    """Lists and watches the events of all namespaces."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_page(self, limit: int, continue_: str = "") -> ListPage[Raw]:
        """One page of at most `limit` events; `continue_` is the token of the page before.

        Raises:
            ApiServerError: Expired if the token is too old to go on.
        """
        query: dict[str, str | int] = {"limit": limit}
        if continue_:
            query["continue"] = continue_
        with closing(self._get(query, self._transport.patience.list_page)) as response:
            try:
                return _list_decoder.decode(response.data)
            except HTTPError as error:
                raise Unreachable(f"the list broke off: {type(error).__name__}") from error
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise UnexpectedAnswer(f"the list is no EventList: {error}") from None

    def watch(self, version: str, timeout_seconds: int) -> Iterator[bytes | TooLong]:
        """The lines that follow `version`, until the server ends the watch after `timeout_seconds`.

        Raises:
            ApiServerError: Unreachable if the connection breaks, or is silent beyond the server's own limit.
        """
        query: dict[str, str | int] = {
            "watch": 1,
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": timeout_seconds,
        }
        silence = timeout_seconds + self._transport.patience.watch_slack
        with closing(self._get(query, silence)) as response:
            yield from split_lines(_chunks(response))

    def interrupt(self) -> None:
        """End what is being read, from another thread."""
        self._transport.interrupt()

    def _get(self, query: dict[str, str | int], read_timeout: float) -> BaseHTTPResponse:
        return self._transport.get(EVENTS, query, read_timeout=read_timeout)


def _chunks(response: BaseHTTPResponse) -> Iterator[bytes]:
    try:
        while chunk := response.read1(READ_BYTES):
            yield chunk
    except ReadTimeoutError as error:
        raise Unreachable("the watch was silent beyond the time after which the server ends it") from error
    except HTTPError as error:
        raise Unreachable(f"the watch was cut: {type(error).__name__}") from error
