"""One replayed resource: its recording, how much of it has happened, and what interrupts who watches it."""

from __future__ import annotations

from threading import Lock

from sandbox.cluster.clock import ReplayClock
from sandbox.cluster.recording import Recording


class ReplayedResource:
    """Events or Pods. What follows the start state happens when a watcher reads it, so a reader that never
    stops is offered every state.

    To show what a reader must survive, once in a pass the watch is closed, once it ends with a 410 (with the
    version compacted, so that only a new list helps), and a `continue` token expires. These happen at points
    where all that came before has been served, so nothing is lost by them.
    """

    def __init__(
        self,
        kind: str,
        recording: Recording,
        *,
        hold_at: int | None = None,
        rate: float | None = None,
        close_at: int | None = None,
        gone_at: int | None = None,
        expired_continues: int = 1,
    ) -> None:
        """
        Args:
            kind: of the objects.
            recording: what is replayed.
            hold_at: position at which the replay stands still until `resume` of the clock.
            rate: lines per second; None is as fast as a watcher reads.
            close_at: position at which the watch is closed; by default after a third of the lines.
            gone_at: position at which the watch ends with a 410; by default in the middle.
            expired_continues: how many `continue` tokens are answered with a 410.
        """
        lines = len(recording)
        self.kind = kind
        self.recording = recording
        self.clock = ReplayClock(recording.start, lines, hold_at=hold_at, rate=rate)
        self.passes = 1
        """How often the recording has been begun. A watch that sees it change has lost its history."""
        self.compacted = 0
        """Versions below this one are gone."""
        self._once = {}
        if lines:
            self._once["close"] = lines // 3 if close_at is None else close_at
            self._once["gone"] = recording.next_gap(lines // 2) if gone_at is None else gone_at
        self._spent: set[str] = set()
        self._expired_continues = self._continues_to_expire = expired_continues
        self._lock = Lock()

    @property
    def version(self) -> int:
        """What a list that begins now has."""
        return self.recording.version_at(self.clock.position)

    def restart(self) -> None:
        """Begin the recording again: open watches end with a 410."""
        with self._lock:
            self.passes += 1
            self.compacted = 0
            self._spent.clear()
            self._continues_to_expire = self._expired_continues
        self.clock.rewind()

    def happens_now(self, interruption: str, index: int) -> bool:
        """Whether the watch is interrupted before line `index`, by `close` or `gone`: each once in a pass."""
        with self._lock:
            now = self._once.get(interruption) == index and interruption not in self._spent
            if now:
                self._spent.add(interruption)
                if interruption == "gone":
                    self.compacted = self.recording.version_at(index)
            return now

    def continue_expires(self) -> bool:
        """Whether a `continue` token that comes now is to be refused."""
        with self._lock:
            if not self._continues_to_expire:
                return False
            self._continues_to_expire -= 1
            return True
