"""The terms of this replica: a pipeline for each, made when it begins to lead, given up when it ceases to."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock

from exporter.observe.standing import Standing
from exporter.pipeline import Pipeline
from exporter.ship.buffer import Buffer
from exporter.surroundings import Surroundings

logger = logging.getLogger(__name__)


class Leadership:
    """Does what the election says. Its methods are called from the elector's thread and the main one."""

    def __init__(self, surroundings: Surroundings, leads: Callable[[], bool]) -> None:
        """
        Args:
            surroundings: of all terms.
            leads: whether this replica leads at this moment.
        """
        self._surroundings = surroundings
        self._leads = leads
        self._lock = Lock()
        self._pipeline: Pipeline | None = None
        self._stopping = False
        self._ended: Buffer | None = None
        """Of the last term that ended: calls that were under way may still settle some of it."""
        self._left = 0
        """Of the terms before that one."""
        self._high_water_bytes = 0

    def begin(self, checkpoint: str | None) -> None:
        """Read and send from now on, from where `checkpoint` says."""
        with self._lock:
            if not self._stopping:
                self._pipeline = Pipeline(self._surroundings, checkpoint=checkpoint, leads=self._leads)
                self._pipeline.start()

    def lose(self, _reason: str) -> None:
        """Make no further call: another replica may lead already, and sends what this one has not."""
        with self._lock:
            if self._pipeline:
                self._pipeline.abandon()
                self._close_account()

    def lose_history(self) -> None:
        """The API server was restored from a backup."""
        if pipeline := self._pipeline:
            pipeline.lose_history()

    def checkpoint(self) -> str | None:
        """What is to stand in the Lease; None leaves what is there."""
        pipeline = self._pipeline
        return pipeline.checkpoint() if pipeline else None

    def stop(self, grace_period: float) -> bool:
        """Begin no other term, and end the one that is: whether all that was read is sent."""
        with self._lock:
            self._stopping = True
            pipeline = self._pipeline
        # Without the lock: the Lease may be lost meanwhile.
        return pipeline is None or pipeline.stop(grace_period)

    def standing(self) -> Standing:
        """Where this replica stands at this moment."""
        pipeline = self._pipeline
        return pipeline.standing() if pipeline else Standing()

    def account(self) -> dict[str, int]:
        """The counters, what was read and not sent in all terms, and the most bytes that were held."""
        with self._lock:
            self._close_account()
        return {
            **{str(outcome): number for outcome, number in self._surroundings.counts.snapshot().items()},
            "left": self._left + (self._ended.held_records if self._ended else 0),
            "buffer_high_water_bytes": self._high_water_bytes,
        }

    def _close_account(self) -> None:
        if self._pipeline:
            self._left += self._ended.held_records if self._ended else 0
            self._ended = self._pipeline.buffer
            self._high_water_bytes = max(self._high_water_bytes, self._ended.high_water_bytes)
            self._pipeline = None
