"""How far long work is: one line that changes on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from kube_events.plain_text import plain

EVERY = 0.2
"""Seconds between two changes."""

_CLEAR = "\r\x1b[K"


class Progress:
    """A line on standard error, which goes when the work is done."""

    def __init__(
        self, label: str, *, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._label = label
        self._clock = clock
        shown = stream or sys.stderr  # None where it is closed
        self._terminal = shown if shown is not None and shown.isatty() else None
        self._next = 0.0

    def at(self, text: str) -> None:
        """Say how far it is, if it is time."""
        if self._terminal and self._clock() >= self._next:
            self._next = self._clock() + EVERY
            self._terminal.write(f"{_CLEAR}{plain(f'{self._label}: {text}')}")
            self._terminal.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._terminal and self._next:
            self._terminal.write(_CLEAR)
            self._terminal.flush()
