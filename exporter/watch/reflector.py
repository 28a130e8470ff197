"""The reflector: list, watch from the list's version, and again after whatever happens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from random import uniform
from threading import Event

import msgspec
from msgspec import Raw, Struct

from eventcore.backoff import Backoff
from exporter.counts import Counts
from exporter.watch.answers import AnyLine, Object, Status
from exporter.watch.errors import (
    ApiServerError,
    Denied,
    Expired,
    UnexpectedAnswer,
    Unreachable,
    error_of_status,
)
from exporter.watch.events_api import EventsApi
from exporter.watch.lines import TooLong

logger = logging.getLogger(__name__)

_line_decoder = msgspec.json.Decoder(AnyLine)
_object_decoder = msgspec.json.Decoder(Object)
_status_decoder = msgspec.json.Decoder(Status)


class Pace(Struct, frozen=True, kw_only=True):
    """How much at once, and how often."""

    page_size: int = 500
    """Events of one list page: client-go's default. Pages of 500 take no longer than one whole list."""
    watch_seconds: tuple[int, int] = (300, 600)
    """After which the server ends a watch, drawn anew each time, as client-go does: many watchers that came
    together must not come back together."""
    backoff: Backoff = Backoff(base=0.8, cap=30.0)
    """client-go's reflector."""
    short_watch: float = 1.0
    """Seconds. A watch that ends sooner and brought nothing is a failure (client-go's
    VeryShortWatchError)."""


class Reflector:
    """Delivers every state that the API server still holds, and then every state as it is written.

    A list's items come in key order and never set the version; the list's own version does, and each line
    of the watch. `deliver` may block: that is how a full buffer stops the reading.
    """

    def __init__(
        self,
        api: EventsApi,
        deliver: Callable[[Raw], None],
        counts: Counts,
        *,
        pace: Pace = Pace(),  # noqa: B008 - frozen
        draw: Callable[[float, float], float] = uniform,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        """
        Args:
            api: of the cluster.
            deliver: takes each ADDED and MODIFIED object, and each item of a list.
            counts: where malformed lines are counted.
            pace: how much at once, and how often.
            draw: a number between two others.
            clock: seconds that only rise.
            pause: waits for so many seconds; by default it ends when `stop` is called.
        """
        self._api = api
        self._deliver = deliver
        self._counts = counts
        self._pace = pace
        self._draw = draw
        self._clock = clock
        self._stopping = Event()
        self._pause = pause or self._stopping.wait
        self._version = ""
        """Where the watch goes on; empty if a list is due."""
        self._failures = 0
        """In a row, since something arrived or a watch lasted."""

    def run(self) -> None:
        """List and watch until `stop`."""
        while not self._stopping.is_set():
            try:
                if not self._version:
                    self._version = self._list()
                self._watch()
            except ApiServerError as error:
                if not self._stopping.is_set():
                    self._recover(error)

    def stop(self) -> None:
        """End `run` soon, from another thread."""
        self._stopping.set()
        self._api.interrupt()

    def _list(self) -> str:
        """Deliver every event page by page, and answer the version that all pages share."""
        listed, continue_ = 0, ""
        while True:
            page = self._api.list_page(self._pace.page_size, continue_)
            for item in page.items or ():
                self._deliver(item)
                listed += 1
            continue_ = page.metadata.continue_
            if not continue_:
                break
        if not page.metadata.resource_version:
            raise UnexpectedAnswer("the list has no resourceVersion")
        logger.info("listed", extra={"events": listed, "resource_version": page.metadata.resource_version})
        return page.metadata.resource_version

    def _watch(self) -> None:
        seconds = int(self._draw(*self._pace.watch_seconds))
        logger.debug("watching", extra={"resource_version": self._version, "seconds": seconds})
        started = self._clock()
        lines = 0
        for line in self._api.watch(self._version, seconds):
            lines += 1
            self._consume(line)
            self._failures = 0
        if not lines:
            self._after_silence(self._clock() - started)

    def _consume(self, line: bytes | TooLong) -> None:
        if isinstance(line, TooLong):
            self._malformed(f"a line of {line.size} bytes")
            return
        try:
            watched = _line_decoder.decode(line)
            if watched.type == "ERROR":
                raise error_of_status(_status_decoder.decode(watched.object))
            version = _object_decoder.decode(watched.object).metadata.resource_version
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            self._malformed(str(error), line)
            return
        if watched.type in {"ADDED", "MODIFIED"}:
            self._deliver(watched.object)
        elif watched.type not in {"DELETED", "BOOKMARK"}:
            # DELETED is expiry, which is no news of the cluster; a BOOKMARK is only a version.
            self._malformed(f"of unknown type {watched.type!r}", line)
        self._version = version or self._version

    def _malformed(self, reason: str, line: bytes = b"") -> None:
        self._counts.add("malformed")
        logger.error(
            "skipped a malformed line of the watch",
            extra={"reason": reason, "line_bytes": len(line), "after_resource_version": self._version},
        )

    def _after_silence(self, lasted: float) -> None:
        """A watch that brought nothing is normal, unless it was short or the server is behind us."""
        if lasted < self._pace.short_watch:
            raise Unreachable(f"the watch was closed after {lasted:.1f} s without a line")
        self._failures = 0
        newest = self._api.list_page(limit=1).metadata.resource_version
        if _is_older(newest, than=self._version):
            # etcd was restored, or the cluster built anew under its name: a watch would stay silent for ever.
            logger.error(
                "the API server is behind our resourceVersion: listing again",
                extra={"resource_version": self._version, "newest": newest},
            )
            self._version = ""

    def _recover(self, error: ApiServerError) -> None:
        self._failures += 1
        delay = max(self._pace.backoff.delay(self._failures), error.retry_after)
        match error:
            case Expired():
                self._version = ""
                if self._failures == 1:
                    delay = 0.0
                level, waiting_for = logging.INFO, "a new list"
            case Denied():
                level, waiting_for = logging.ERROR, "credentials that may list and watch events"
            case Unreachable():
                level, waiting_for = logging.WARNING, "the API server"
            case _:
                if self._failures > 1:
                    # Resuming did not help.
                    self._version = ""
                level, waiting_for = logging.WARNING, "the API server to answer as expected"
        logger.log(
            level,
            "waiting for %s",
            waiting_for,
            extra={"reason": str(error), "seconds": round(delay, 1), "failures": self._failures},
        )
        self._pause(delay)


def _is_older(version: str, *, than: str) -> bool:
    """Versions of one server are numbers that rise; of what is no number nothing is claimed."""
    return version.isdecimal() and than.isdecimal() and int(version) < int(than)
