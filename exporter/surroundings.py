"""What a term of leadership finds, and leaves to the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from exporter.counts import Counts
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.settings import Settings
from exporter.ship.sink import Sink
from exporter.watch.transport import Transport


class Surroundings(NamedTuple):
    """One for the whole process."""

    settings: Settings
    transport: Transport
    """Not used itself: each thread has a clone."""
    sink: Sink
    counts: Counts
    pulse: Pulse
    readiness: Readiness
    on_death: Callable[[str], None]
    """Called with the name of a thread that ended by an error that nobody foresaw."""

    def of_a_term(self) -> Surroundings:
        """The same, where what the threads of one term say is told apart from what those of others do."""
        return self._replace(pulse=self.pulse.of_a_term(), readiness=self.readiness.of_a_term())
