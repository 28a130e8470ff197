"""What the demo says while it works: one line per step, and how long each took."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Prints steps and remembers the seconds of the stages. Steps may run side by side in threads."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self.seconds: dict[str, float] = {}
        """Seconds per stage, in the order in which the stages ended."""

    @property
    def elapsed(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        """One line, with the seconds since the start."""
        with self._lock:
            self._out.write(f"{self.elapsed:6.1f} s  {text}\n")
            self._out.flush()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Announce a stage, and measure it if it ends well."""
        self.say(f"• {name}")
        began = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - began
        self.say(f"✓ {name} ({self.seconds[name]:.1f} s)")
