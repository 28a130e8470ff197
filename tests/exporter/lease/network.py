"""The way between one replica and the API server: how long it takes there and back, and what gets lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import chain, repeat
from typing import NamedTuple, TypeVar

from exporter.watch.credentials import Credentials
from exporter.watch.errors import ApiServerError, Unreachable
from exporter.watch.transport import JSON, Patience, Transport
from tests.exporter.lease.virtual_time import VirtualTime

T = TypeVar("T")


class Way(NamedTuple):
    """One request, in seconds. What takes longer than the client waits comes too late, not never."""

    there: float = 0.0
    back: float = 0.0


class SlowTransport(Transport):
    """Real requests over HTTP that take virtual time."""

    def __init__(self, credentials: Credentials, time: VirtualTime, ways: Iterable[Way] = ()) -> None:
        super().__init__(credentials, Patience())
        self._time = time
        self._ways = chain(ways, repeat(Way()))
        self.down: Callable[[], bool] = lambda: False
        """Whether nothing gets through."""

    def read(
        self, path: str, query: Mapping[str, str | int], *, read_timeout: float, accept: str = JSON
    ) -> bytes:
        whole = super().read
        return self._travel(
            lambda: whole(path, query, read_timeout=5.0, accept=accept), read_timeout, repeat_late=False
        )

    def send(
        self, method: str, path: str, body: bytes, *, read_timeout: float, content_type: str = JSON
    ) -> bytes:
        whole = super().send
        return self._travel(
            lambda: whole(method, path, body, read_timeout=5.0, content_type=content_type),
            read_timeout,
            repeat_late=True,
        )

    def _travel(self, request: Callable[[], T], patience: float, *, repeat_late: bool) -> T:
        way = next(self._ways)
        if self.down():
            self._time.sleep(patience)
            raise Unreachable("the network is down")
        if way.there >= patience:
            if repeat_late:
                self._time.spawn(lambda: _arrive(request), after=way.there)
            self._time.sleep(patience)
            raise Unreachable("it takes too long there")
        self._time.sleep(way.there)
        try:
            return request()
        finally:
            self._time.sleep(min(way.back, patience - way.there))
            if way.there + way.back >= patience:
                raise Unreachable("it takes too long back")


def _arrive(request: Callable[[], object]) -> None:
    with suppress(ApiServerError):  # nobody waits for the answer
        request()
