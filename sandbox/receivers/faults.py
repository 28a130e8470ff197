"""Failures that a test or a demo asks for, ahead of a receiver's own judgement."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from sandbox.receivers.inbox import Verdict
from sandbox.receivers.request import Reply


class Fault(NamedTuple):
    """An answer, and what it means."""

    reply: Reply
    verdict: Verdict
    code: str
    reason: str


class Faults:
    """The faults one receiver knows by name, and those that are due."""

    def __init__(self, known: Mapping[str, Fault]) -> None:
        self._known = known
        self._due: deque[Fault] = deque()
        self._lock = threading.Lock()

    def inject(self, times: int, kind: str) -> None:
        """Have the next `times` requests end in this fault.

        Raises:
            ValueError: no such kind; names those that exist.
        """
        if kind not in self._known:
            raise ValueError(f"no fault is called {kind!r}: there are {', '.join(sorted(self._known))}")
        with self._lock:
            self._due.extend([self._known[kind]] * times)

    def next(self) -> Fault | None:
        """The fault that is due now, if one is."""
        with self._lock:
            return self._due.popleft() if self._due else None
