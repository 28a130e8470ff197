"""Whether the exporter can do its work: what it lacks for it, part by part. The stream is none of the parts:
while AWS is down the exporter is as ready as it can be."""

from __future__ import annotations

from copy import copy
from threading import Lock


class Readiness:
    """What the parts lack. Thread-safe. A part that never spoke lacks nothing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._lacking: dict[tuple[Readiness, str], str] = {}
        """By whose part it is, too: see `of_a_term`."""

    def of_a_term(self) -> Readiness:
        """Another one for the parts of a term of leadership, of which `lacking` tells here as well. A part
        may outlive its term, while that of the next one has its name."""
        return copy(self)

    def lacks(self, part: str, what: str) -> None:
        """This part cannot do its work yet, or not any more; in a few words, why."""
        with self._lock:
            self._lacking[self, part] = what

    def has_all(self, part: str) -> None:
        """This part has what it needs, or is not wanted any more."""
        with self._lock:
            self._lacking.pop((self, part), None)

    def lacking(self) -> dict[str, str]:
        """The parts that are not ready, and why."""
        with self._lock:
            return {part: what for (_, part), what in self._lacking.items()}
