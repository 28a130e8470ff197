"""The pulse: each thread says how long it will be silent, and one that is silent for longer is stuck."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import copy
from math import inf
from threading import Lock


class Pulse:
    """What the threads have promised. Thread-safe; a promise costs less than a microsecond."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds that only rise."""
        self._clock = clock
        self._lock = Lock()
        self._due: dict[tuple[Pulse, str], float] = {}
        """By whose thread it is, too: see `of_a_term`."""

    def of_a_term(self) -> Pulse:
        """Another one for the threads of a term of leadership, of which `overdue` tells here as well.

        A thread may outlive its term by a call to AWS, while that of the next term has its name: its last
        words must not be taken for those of the living.
        """
        return copy(self)

    def promise(self, name: str, seconds: float) -> None:
        """This thread will speak again within so many seconds."""
        due = self._clock() + seconds
        with self._lock:
            self._due[self, name] = due

    def rest(self, name: str) -> None:
        """This thread waits for something outside that is no fault: room in the buffer, something to send."""
        with self._lock:
            self._due[self, name] = inf

    def leave(self, name: str) -> None:
        """This thread has ended as it should. Whoever dies of an error does not say so: that is overdue."""
        with self._lock:
            self._due.pop((self, name), None)

    def overdue(self) -> dict[str, float]:
        """The threads that broke their promise, and since how many seconds."""
        now = self._clock()
        with self._lock:
            return {name: now - due for (_, name), due in self._due.items() if due < now}
