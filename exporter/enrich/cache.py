"""What was looked up, bounded in objects and bytes; what was not used for longest goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from exporter.enrich.metadata import Known
from exporter.enrich.reference import Reference

MAX_BYTES = 8 * 1024 * 1024
"""A few thousand objects with the labels that people give them."""


class Missing(NamedTuple):
    """An object that was not found, or could not be asked for."""

    reason: str

    @property
    def weight(self) -> int:
        """Bytes in memory, roughly."""
        return 1000 + len(self.reason)


Found = Known | Missing


class _Entry(NamedTuple):
    found: Found
    until: float
    weight: int


class Cache:
    """Of what was found and what was not, each for its time. For several threads."""

    def __init__(self, objects: int, max_bytes: int = MAX_BYTES, *, clock: Callable[[], float]) -> None:
        """
        Args:
            objects: how many are remembered.
            max_bytes: how much they may weigh together.
            clock: seconds that only rise.
        """
        self._objects = objects
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = Lock()
        self._entries: OrderedDict[Reference, _Entry] = OrderedDict()
        self._bytes = 0

    def get(self, reference: Reference) -> Found | None:
        """What is known of it; None if nothing is, or if it is too old."""
        with self._lock:
            entry = self._entries.get(reference)
            if entry is None:
                return None
            if entry.until <= self._clock():
                self._remove(reference)
                return None
            self._entries.move_to_end(reference)
            return entry.found

    def put(self, reference: Reference, found: Found, seconds: float) -> None:
        """Remember it for so many seconds."""
        with self._lock:
            self._remove(reference)
            entry = self._entries[reference] = _Entry(found, self._clock() + seconds, found.weight)
            self._bytes += entry.weight
            while len(self._entries) > self._objects or self._bytes > self._max_bytes:
                self._remove(next(iter(self._entries)))

    def __len__(self) -> int:
        return len(self._entries)

    def _remove(self, reference: Reference) -> None:
        entry = self._entries.pop(reference, None)
        if entry is not None:
            self._bytes -= entry.weight
