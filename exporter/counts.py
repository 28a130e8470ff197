"""What happened to the events, in numbers: the account that the last log line gives."""

from __future__ import annotations

from threading import Lock
from typing import Literal, get_args

Outcome = Literal["read", "sent", "retried", "refused", "malformed", "unidentified"]
"""
read: states that arrived by list or watch and were taken into the buffer
sent: accepted by the stream
retried: attempts of single records that were answered with "not now"
refused: records that the stream will never take; each is in the log, whole
malformed: lines or objects that are no JSON of an event
unidentified: events without uid or resourceVersion
"""


class Counts:
    """Counters that several threads add to."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers: dict[Outcome, int] = dict.fromkeys(get_args(Outcome), 0)

    def add(self, outcome: Outcome, number: int = 1) -> None:
        """Add `number` to one counter."""
        with self._lock:
            self._numbers[outcome] += number

    def snapshot(self) -> dict[Outcome, int]:
        """All counters, as they are together."""
        with self._lock:
            return dict(self._numbers)
