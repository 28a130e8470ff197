"""The reflector: list, watch from the list's version, and again after whatever happens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from random import uniform
from threading import Event
from typing import Generic, Literal

from msgspec import Struct

from eventcore.backoff import Backoff
from exporter.counts import Counts, Resource, RestartReason
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.watch.answers import T
from exporter.watch.consumer import Consumer
from exporter.watch.decoding import Lines, Malformed, Page
from exporter.watch.errors import (
    ApiServerError,
    Denied,
    Expired,
    Throttled,
    UnexpectedAnswer,
    Unreachable,
    error_of_status,
)
from exporter.watch.order import is_older
from exporter.watch.resource_api import ResourceApi

logger = logging.getLogger(__name__)

SLACK = 30.0
"""Seconds beyond what a step may take by its own limits before the reader counts as stuck: a connection takes
5 s, and a machine that is short of CPU must not kill its exporter."""


FEW = 20
"""Lines. A piece of a burst has a hundred."""


class Pace(Struct, frozen=True, kw_only=True):
    """How much at once, and how often."""

    page_size: int = 500
    """Objects of one list page: client-go's default. Pages of 500 take no longer than one whole list."""
    first_page: int = 50
    """Objects of the first page at most, which shows how large they are."""
    page_bytes: int = 1024 * 1024
    """What a page may have, about. 500 ordinary events have 600 KiB; where objects are larger, the pages that
    follow are shorter, since a page is in memory two or three times."""
    watch_seconds: tuple[int, int] = (300, 600)
    """After which the server ends a watch, drawn anew each time, as client-go does: many watchers that came
    together must not come back together."""
    backoff: Backoff = Backoff(base=0.8, cap=30.0)
    """client-go's reflector."""
    gather: float = 0.05
    """Seconds between two looks at a watch that brings a few lines at a time. At 100 events/s, waking up for
    each of them costs 3 % of a core, for five at once half of that; in a burst nobody waits."""
    short_watch: float = 1.0
    """Seconds. A watch that ends sooner and brought nothing is a failure (client-go's
    VeryShortWatchError)."""

    def next_limit(self, limit: int, size: int) -> int:
        """How many objects to ask for, when a page of at most `limit` had `size` bytes."""
        fitting = limit * self.page_bytes // max(size, 1)
        return max(1, min(fitting, self.page_size))


class Start(Struct, frozen=True, kw_only=True):
    """Where to begin."""

    version: str = ""
    """All states up to this one are done; empty if there is no such version."""
    first: Literal["list", "watch", "now"] = "list"
    """`watch` goes on behind the version, `list` lists in any case. `now` is for no version: what the server
    holds already is left out."""


class ClosedEarly(Unreachable):
    """The server ended a watch at once, and it had brought nothing."""


class Reflector(Generic[T]):
    """Hands over every state that the API server still holds, and then every state as it is written.

    A list's items come in key order and never set the version; the list's own version does, and each line
    of the watch.
    """

    def __init__(
        self,
        api: ResourceApi[T],
        consumer: Consumer[T],
        counts: Counts,
        pulse: Pulse,
        readiness: Readiness,
        *,
        name: str = "events",
        resource: Resource = "events",
        start: Start = Start(),  # noqa: B008 - frozen
        pace: Pace = Pace(),  # noqa: B008 - frozen
        draw: Callable[[float, float], float] = uniform,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        """
        Args:
            api: of the resource.
            consumer: takes what arrives.
            counts: of malformed lines, and of why a watch was begun anew.
            pulse: is told how long each step may take.
            readiness: is told while the server refuses or does not answer.
            name: of this reader, in the log and to the pulse.
            resource: what `counts` calls what is read.
            start: where to begin.
            pace: how much at once, and how often.
            draw: a number between two others.
            clock: seconds that only rise.
            pause: waits for so many seconds; by default it ends when `stop` is called.
        """
        self._api = api
        self._consumer = consumer
        self._counts = counts
        self._pulse = pulse
        self._readiness = readiness
        self.name = name
        self._resource: Resource = resource
        self._start: Start | None = start
        """None once it was decided where to begin."""
        self._pace = pace
        self._draw = draw
        self._clock = clock
        self._stopping = Event()
        self._history_lost = Event()
        self._pause = pause or self._stopping.wait
        self._version = ""
        """Where the watch goes on; empty if a list is due."""
        self._reached = start.version
        """The newest version known of the server: one that answers with an older one was restored."""
        self._failures = 0
        """In a row, since something arrived or a watch lasted."""
        self._answered = False
        """Whether the last request was answered as it should be."""
        self._owed_since: float | None = clock()
        """Since when the server has owed an answer; None while there is one that is being read."""
        readiness.lacks(name, "nothing was read yet")

    def run(self) -> None:
        """List and watch until `stop`."""
        try:
            while self._may_go_on():
                try:
                    if self._start:
                        self._begin(self._start)
                        self._start = None
                    if not self._version:
                        self._version = self._list()
                    self._watch()
                except ApiServerError as error:
                    if not (self._stopping.is_set() or self._history_lost.is_set()):
                        self._recover(error)
        finally:
            self._owed_since = None
            self._api.close()
            self._pulse.leave(self.name)
            self._readiness.has_all(self.name)

    def unanswered(self) -> float:
        """Seconds since nothing can be read, for want of a good answer; asked by other threads. 0 while a
        watch is open, and while what was read waits for room in the buffer."""
        since = self._owed_since
        return 0.0 if since is None else self._clock() - since

    def stop(self) -> None:
        """End `run` soon, from another thread."""
        self._stopping.set()
        self._api.interrupt()

    def lose_history(self) -> None:
        """List everything again, from another thread: the server's history is another one now."""
        self._history_lost.set()
        self._api.interrupt()

    def _may_go_on(self) -> bool:
        # In this order: whoever interrupts has said why before, so no reason is missed.
        self._api.resume()
        if self._stopping.is_set():
            return False
        if self._history_lost.is_set():
            self._history_lost.clear()
            self._forget()
        return True

    def _begin(self, start: Start) -> None:
        if start.first == "list":
            return
        newest = self._newest()
        if start.first == "now":
            self._consumer.list_ended(newest)
            self._version = self._reached = newest
        elif not self._is_restored(newest):
            self._version = start.version

    def _newest(self) -> str:
        self._ask(self._api.page_patience)
        version = self._api.list_page(limit=1).version
        if not version:
            raise UnexpectedAnswer("the list has no resourceVersion")
        self._succeed()
        return version

    def _list(self) -> str:
        """Hand over every object page by page, and answer the version from which on a watch has the rest.

        That is the version of the first page. All others share it, unless the list takes so long that the
        server has dropped it: then they are newer, and the watch brings what became of the pages before.
        """
        version, listed, continue_ = "", 0, ""
        limit = min(self._pace.first_page, self._pace.page_size)
        while True:
            page = self._page(limit, continue_)
            if self._is_restored(page.version) and continue_:
                # The pages before this one were of the lost history.
                version, continue_ = "", ""
                continue
            version = version or page.version
            self._count_malformed(page.malformed, "a list")
            listed += len(page.items)
            self._consumer.listed(page.items)
            continue_ = page.continue_
            if not continue_:
                break
            limit = self._pace.next_limit(limit, page.size)
        if not version:
            raise UnexpectedAnswer("the list has no resourceVersion")
        self._consumer.list_ended(version)
        logger.info("listed", extra={"reader": self.name, "objects": listed, "resource_version": version})
        return version

    def _page(self, limit: int, continue_: str) -> Page[T]:
        """A page of the list; of one that is too old to be gone on with, the page as it is now.

        A list that began at its first page again each time would never end where it takes longer than the
        server keeps a version (5 minutes), as it does while the stream takes little.
        """
        try:
            return self._ask_page(limit, continue_)
        except Expired as expired:
            if not (continue_ and expired.continue_):
                raise
            logger.info(
                "going on with a list that is too old", extra={"reader": self.name, "reason": str(expired)}
            )
            return self._ask_page(limit, expired.continue_)

    def _ask_page(self, limit: int, continue_: str) -> Page[T]:
        self._ask(self._api.page_patience)
        page = self._api.list_page(limit, continue_)
        self._succeed()
        return page

    def _watch(self) -> None:
        seconds = int(self._draw(*self._pace.watch_seconds))
        logger.debug(
            "watching",
            extra={"reader": self.name, "resource_version": self._version, "seconds": seconds},
        )
        patience = self._api.watch_patience(seconds)
        self._ask(patience)
        started = self._clock()
        silent = True
        with closing(self._api.watch(self._version, seconds)) as blocks:
            self._succeed()
            for block in blocks:
                if block.lines:
                    silent = False
                self._take(block)
                if len(block.lines) < FEW:
                    self._stopping.wait(self._pace.gather)
                self._promise(patience)
        if silent:
            self._after_silence(self._clock() - started)
        self._counts.restarted(self._resource, "ended")

    def _take(self, block: Lines[T]) -> None:
        self._count_malformed(block.malformed, "the watch")
        if block.lines:
            self._consumer.watched(block.lines)
            for line in reversed(block.lines):
                if line.object.metadata.resource_version:
                    self._version = self._reached = line.object.metadata.resource_version
                    break
        if block.refusal:
            raise error_of_status(block.refusal)
        if block.lines:
            self._failures = 0

    def _count_malformed(self, malformed: Sequence[Malformed], where: str) -> None:
        for each in malformed:
            self._counts.add("malformed")
            logger.error(
                "skipped a malformed object of %s",
                where,
                extra={
                    "reader": self.name,
                    "reason": each.reason,
                    "object_bytes": each.size,
                    "after_resource_version": self._version,
                },
            )

    def _after_silence(self, lasted: float) -> None:
        """A watch that brought nothing good is normal, unless it was short or the server is behind us."""
        if lasted < self._pace.short_watch:
            raise ClosedEarly(f"the watch was closed after {lasted:.1f} s without a good line")
        self._failures = 0
        self._is_restored(self._newest())

    def _is_restored(self, newest: str) -> bool:
        """Whether etcd was restored, or the cluster built anew under its name. Then nothing that is known of
        the server holds: a watch from our version would stay silent for ever."""
        if not is_older(newest, than=self._reached):
            self._reached = newest or self._reached
            return False
        logger.error(
            "the API server is behind our resourceVersion: listing and sending everything again",
            extra={"reader": self.name, "resource_version": self._reached, "newest": newest},
        )
        self._forget()
        self._reached = newest
        return True

    def _forget(self) -> None:
        self._version = self._reached = ""
        # A checkpoint of a lost history is none.
        self._start = None
        self._counts.restarted(self._resource, "history_lost")
        self._consumer.forget()

    def _recover(self, error: ApiServerError) -> None:
        self._owe()
        self._failures += 1
        delay = max(self._pace.backoff.delay(self._failures), error.retry_after)
        level, reason, waiting_for = _sorted(error)
        if isinstance(error, Expired):
            self._version = ""
            if self._failures == 1:
                delay = 0.0
        elif reason == "unexpected" and self._failures > 1:
            # Resuming did not help.
            self._version = ""
        self._counts.restarted(self._resource, reason)
        if reason != "expired":
            self._answered = False
            self._readiness.lacks(self.name, str(error))
        logger.log(
            level,
            "waiting for %s",
            waiting_for,
            extra={
                "reader": self.name,
                "reason": str(error),
                "seconds": round(delay, 1),
                "failures": self._failures,
            },
        )
        self._promise(delay)
        self._pause(delay)

    def _ask(self, seconds: float) -> None:
        """Before each request."""
        self._owe()
        self._promise(seconds)

    def _owe(self) -> None:
        """What follows a failure goes on waiting for the same answer."""
        if self._owed_since is None:
            self._owed_since = self._clock()

    def _succeed(self) -> None:
        self._owed_since = None
        if not self._answered:
            self._answered = True
            self._readiness.has_all(self.name)

    def _promise(self, seconds: float) -> None:
        self._pulse.promise(self.name, seconds + SLACK)


def _sorted(error: ApiServerError) -> tuple[int, RestartReason, str]:
    """How loud to be about it, what it counts as, and what is waited for."""
    match error:
        case Expired():
            return logging.INFO, "expired", "a new list"
        case Denied():
            return logging.ERROR, "denied", "credentials that may list and watch"
        case ClosedEarly():
            return logging.WARNING, "closed_early", "the API server"
        case Unreachable():
            return logging.WARNING, "cut", "the API server"
        case Throttled():
            return logging.WARNING, "throttled", "the API server to have room for us"
        case _:
            return logging.WARNING, "unexpected", "the API server to answer as expected"
