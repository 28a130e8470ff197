"""What happened to the events, in numbers: the account that the last log line gives, and the metrics.

One of them for the whole process: a counter that begins anew with each term of leadership is none.
"""

from __future__ import annotations

from bisect import bisect_left
from threading import Lock
from typing import Literal, NamedTuple, get_args

Outcome = Literal[
    "read",
    "sent",
    "retried",
    "refused",
    "malformed",
    "unidentified",
    "synthetic",
    "heartbeats",
    "enriched",
    "not_enriched",
]
"""
read: states that arrived by list or watch and were taken into the buffer
sent: accepted by the stream
retried: records that had to be sent again, each time: not taken now, or the whole call failed
refused: records that the stream will never take; each is in the log, whole
malformed: lines or objects that are no JSON of an event
unidentified: events without uid or resourceVersion
synthetic: events made from the status of Pods and taken into the buffer
heartbeats: heartbeat records taken into the buffer
enriched: events whose object was looked up
not_enriched: events that go on without, although enrichment is on
"""

DropReason = Literal["rule"]

Resource = Literal["events", "pods"]

RestartReason = Literal[
    "expired", "cut", "closed_early", "denied", "throttled", "unexpected", "history_lost", "ended"
]
"""Why a watch was begun anew. `ended` is the server's own time limit."""

CALL_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Seconds. A PutRecords takes some 15 ms, and 20 s is when a call is given up (exporter/ship/aws.py)."""


class Calls(NamedTuple):
    """Calls to the stream by how long they took."""

    by_bound: tuple[int, ...]
    """How many took at most so long, and longer than the bound before; the last entry: longer than all."""
    seconds: float
    """All of them together."""


class Counts:
    """Counters that several threads add to: once for what came or went together, not for each event."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._outcomes: dict[Outcome, int] = dict.fromkeys(get_args(Outcome), 0)
        self._drops: dict[DropReason, int] = dict.fromkeys(get_args(DropReason), 0)
        self._restarts: dict[tuple[Resource, RestartReason], int] = {}
        self._calls = {ok: [0] * (len(CALL_BOUNDS) + 1) for ok in (True, False)}
        self._seconds = {True: 0.0, False: 0.0}

    def add(self, outcome: Outcome, number: int = 1) -> None:
        """Add `number` to one counter."""
        with self._lock:
            self._outcomes[outcome] += number

    def dropped(self, reason: DropReason, number: int = 1) -> None:
        """So many events were left out on purpose."""
        with self._lock:
            self._drops[reason] += number

    def restarted(self, resource: Resource, reason: RestartReason) -> None:
        """A watch of a resource is begun anew, or the list before it."""
        key = (resource, reason)
        with self._lock:
            self._restarts[key] = self._restarts.get(key, 0) + 1

    def called(self, seconds: float, ok: bool) -> None:
        """A call to the stream was answered, or failed as a whole, after so many seconds."""
        bound = bisect_left(CALL_BOUNDS, seconds)
        with self._lock:
            self._calls[ok][bound] += 1
            self._seconds[ok] += seconds

    def snapshot(self) -> dict[Outcome, int]:
        """All counters of outcomes, as they are together."""
        with self._lock:
            return dict(self._outcomes)

    def drops(self) -> dict[DropReason, int]:
        """How many events were left out on purpose, by reason."""
        with self._lock:
            return dict(self._drops)

    def restarts(self) -> dict[tuple[Resource, RestartReason], int]:
        """How often which watch was begun anew for which reason."""
        with self._lock:
            return dict(self._restarts)

    def calls(self, ok: bool) -> Calls:
        """The calls that were answered, or those that failed."""
        with self._lock:
            return Calls(tuple(self._calls[ok]), self._seconds[ok])
