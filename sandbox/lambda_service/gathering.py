"""Records become batches: by number, by size, and by the batching window."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.lambda_service.records import SourceRecord
from sandbox.lambda_service.runtime_api import MAX_PAYLOAD_BYTES

_ENVELOPE = len('{"Records": []}')
_SEPARATOR = len(", ")

Take = Callable[[float], SourceRecord | None]
"""The next record, or None when none came within so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLimits:
    """A batch is full at the first of these."""

    records: int
    window: float
    """Seconds from the first record on; 0 takes what is there."""
    size: int = MAX_PAYLOAD_BYTES


class Gatherer:
    """Makes batches of what it takes. A record that does not fit any more begins the next batch."""

    def __init__(self, take: Take, limits: BatchLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._take = take
        self._limits = limits
        self._clock = clock
        self._held: SourceRecord | None = None

    def gather(self, patience: float) -> list[SourceRecord]:
        """The next batch; empty when its first record did not come within `patience` seconds."""
        first = self._held or self._take(patience)
        self._held = None
        if first is None:
            return []
        batch, size = [first], _ENVELOPE + first.size
        closes = self._clock() + self._limits.window
        while len(batch) < self._limits.records:
            record = self._take(max(0.0, closes - self._clock()))
            if record is None:
                break
            size += _SEPARATOR + record.size
            if size > self._limits.size:
                self._held = record
                break
            batch.append(record)
        return batch
