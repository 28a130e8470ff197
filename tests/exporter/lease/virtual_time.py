"""Time that passes only when everybody waits: threads take turns, each runs until it sleeps."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from threading import Semaphore, Thread


class Ended(BaseException):
    """The simulation is over: raised where a thread would sleep on."""


class VirtualTime:
    """A clock in seconds, and the threads that live by it. Deterministic: only one of them ever runs."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, Semaphore]] = []
        self._order = itertools.count()
        self._turn = Semaphore(0)
        self._over = False
        self._failure: BaseException | None = None

    def spawn(self, work: Callable[[], object], *, after: float = 0.0) -> None:
        """Begin `work` in a thread of its own, so many seconds from now."""
        Thread(target=self._live, args=(work, self._due(after)), daemon=True).start()

    def sleep(self, seconds: float) -> None:
        """Let the others go on for so many seconds. Only for threads that were spawned."""
        awake = self._due(seconds)
        self._turn.release()
        awake.acquire()
        if self._over:
            raise Ended

    def run(self, until: float) -> None:
        """Let time pass. Raises what a thread ended with."""
        while self._sleepers and self._sleepers[0][0] <= until:
            self.now, _, awake = heapq.heappop(self._sleepers)
            awake.release()
            self._turn.acquire()
            if self._failure is not None:
                raise self._failure
        self.now = until

    def end(self) -> None:
        """Let no thread go on."""
        self._over = True
        while self._sleepers:
            heapq.heappop(self._sleepers)[2].release()
            self._turn.acquire()

    def _due(self, seconds: float) -> Semaphore:
        awake = Semaphore(0)
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), awake))
        return awake

    def _live(self, work: Callable[[], object], awake: Semaphore) -> None:
        awake.acquire()
        try:
            if not self._over:
                work()
        except Ended:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again in run
            self._failure = error
        finally:
            self._turn.release()
