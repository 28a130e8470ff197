"""The threads of the pollers: started together, told to stop together, and none dies unnoticed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from sandbox.lambda_service.errors import PollerCrashedError

_MOST = 256
"""Threads. Each mapping has a handful."""


class Workers:
    """Runs each piece of work in a thread of its own until `stop`."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(_MOST, thread_name_prefix="poller")
        self._work: list[Future[None]] = []

    def start(self, work: Callable[[], None]) -> None:
        """Run this; it returns soon after `stopping` says so."""
        self._work.append(self._pool.submit(work))

    def stopping(self) -> bool:
        """Whether to come to an end."""
        return self._stopping.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait so long; True, and sooner, when it is time to stop."""
        return self._stopping.wait(seconds)

    def check(self) -> None:
        """
        Raises:
            PollerCrashedError: one has ended by an error.
        """
        for work in self._work:
            error = work.exception() if work.done() else None
            if error is not None:
                raise PollerCrashedError(f"a poller ended: {error!r}") from error

    def ask_to_stop(self) -> None:
        """Let every wait end."""
        self._stopping.set()

    def join(self) -> None:
        """Wait until all have stopped."""
        self._pool.shutdown(wait=True)
