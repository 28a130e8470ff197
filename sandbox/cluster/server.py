"""The replaying API server: real HTTP around a recording and its clock."""

from __future__ import annotations

from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path
from secrets import token_urlsafe
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from sandbox.cluster.clock import ReplayClock
from sandbox.cluster.handler import EventsHandler
from sandbox.cluster.recording import Observation, Recording, load_recording

KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: replay
contexts:
- name: replay
  context: {{cluster: replay, user: replay}}
clusters:
- name: replay
  cluster: {{server: "{url}"}}
users:
- name: replay
  user: {{token: "{token}"}}
"""


class ReplayServer:
    """Serves a recording on 127.0.0.1 as `/api/v1/events`; a context manager.

    The clock starts behind the leading ADDED lines, which a list answers. What follows happens when a watcher
    reads it, so an exporter that never stops is offered every observation. To show what an exporter must
    survive, once in a pass the watch is closed (`close_at`), once it ends with a 410 (`gone_at`, with the
    version compacted, so that only a new list helps), and a `continue` token expires. These happen at points
    where all that came before has been served, so nothing is lost by them.
    """

    def __init__(
        self,
        *recordings: Path,
        port: int = 0,
        token: str | None = None,
        hold_at: int | None = None,
        rate: float | None = None,
        close_at: int | None = None,
        gone_at: int | None = None,
        expired_continues: int = 1,
    ) -> None:
        """
        Args:
            recordings: files of watch lines, replayed one after the other.
            port: 0 takes a free one.
            token: the bearer token that is let in; None makes one up.
            hold_at: position at which the replay stands still until `resume`.
            rate: lines per second; None is as fast as a watcher reads.
            close_at: position at which the watch is closed; by default after a third of the lines.
            gone_at: position at which the watch ends with a 410; by default in the middle.
            expired_continues: how many `continue` tokens are answered with a 410.
        """
        self.recording: Recording = load_recording(*recordings)
        lines = len(self.recording)
        self.clock = ReplayClock(self.recording.start, lines, hold_at=hold_at, rate=rate)
        self.token = token or token_urlsafe()
        self.passes = 1
        """How often the recording has been begun. A watch that sees it change has lost its history."""
        self.compacted = 0
        """Versions below this one are gone."""
        self._once = {
            "close": lines // 3 if close_at is None else close_at,
            "gone": self.recording.next_gap(lines // 2) if gone_at is None else gone_at,
        }
        self._spent: set[str] = set()
        self._expired_continues = self._continues_to_expire = expired_continues
        self._lock = Lock()
        self.closing = False
        self._http = _Server(("127.0.0.1", port), lambda *args: EventsHandler(self, *args))
        self._thread = Thread(
            target=self._http.serve_forever, args=(0.05,), name="replay-server", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing = True
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig for this server."""
        path.write_text(KUBECONFIG.format(url=self.url, token=self.token))
        return path

    def expected_observations(self) -> frozenset[Observation]:
        """(uid, resourceVersion) of every ADDED and MODIFIED: all that an exporter can be offered."""
        return self.recording.observations()

    @property
    def position(self) -> int:
        """How many lines have happened."""
        return self.clock.position

    @property
    def finished(self) -> bool:
        """Whether every line has been served."""
        return self.clock.finished

    def wait_until(self, position: int, timeout: float) -> bool:
        """Wait until so many lines have happened; False if they have not within `timeout` seconds."""
        return self.clock.wait_until(position, timeout)

    def wait_until_finished(self, timeout: float) -> bool:
        """Wait until every line has been served; False if they have not within `timeout` seconds."""
        return self.clock.wait_until(len(self.recording), timeout)

    def hold(self, at: int) -> None:
        """Let no line happen at or after position `at`."""
        self.clock.hold(at)

    def resume(self) -> None:
        """Go on."""
        self.clock.resume()

    def restart(self) -> None:
        """Begin the recording again, as if the cluster had been restored: open watches end with a 410."""
        with self._lock:
            self.passes += 1
            self.compacted = 0
            self._spent.clear()
            self._continues_to_expire = self._expired_continues
        self.clock.rewind()

    def happens_now(self, interruption: str, index: int) -> bool:
        """Whether the watch is interrupted before line `index`, by `close` or `gone`: each once in a pass."""
        with self._lock:
            now = self._once[interruption] == index and interruption not in self._spent
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


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: Callable[..., EventsHandler]) -> None:
        super().__init__(address, handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle of an answer is what the replay is for."""
