"""The replaying API server: real HTTP around a recording and its clock."""

from __future__ import annotations

from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path
from secrets import token_urlsafe
from threading import Thread
from types import TracebackType
from typing import Self

from sandbox.cluster.handler import RequestHandler
from sandbox.cluster.lease import ReplayedLease
from sandbox.cluster.recording import Observation, Recording, load_recording
from sandbox.cluster.resource import ReplayedResource

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
    """Serves recordings on 127.0.0.1 as `/api/v1/events` and `/api/v1/pods`, beside them one Lease; a context
    manager.

    Each resource's clock starts behind the leading ADDED lines, which a list answers (see ReplayedResource).
    Positions, holding and rates are those of the events. The Pods follow at the speed of who reads them.
    """

    def __init__(
        self,
        *recordings: Path,
        pods: tuple[Path, ...] = (),
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
            recordings: files of watch lines of events, replayed one after the other.
            pods: the same of Pods; without any there is none.
            port: 0 takes a free one.
            token: the bearer token that is let in; None makes one up.
            hold_at: position at which the events stand still until `resume`.
            rate: lines of events per second; None is as fast as a watcher reads.
            close_at: position at which the watch of events is closed; by default after a third of the lines.
            gone_at: position at which it ends with a 410; by default in the middle.
            expired_continues: how many `continue` tokens of events are answered with a 410.
        """
        self.events = ReplayedResource(
            "Event",
            load_recording(*recordings),
            hold_at=hold_at,
            rate=rate,
            close_at=close_at,
            gone_at=gone_at,
            expired_continues=expired_continues,
        )
        self.pods = ReplayedResource("Pod", load_recording(*pods))
        self.lease = ReplayedLease()
        self.resources = {"/api/v1/events": self.events, "/api/v1/pods": self.pods}
        self.token = token or token_urlsafe()
        self.closing = False
        self._http = _Server(("127.0.0.1", port), lambda *args: RequestHandler(self, *args))
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

    @property
    def recording(self) -> Recording:
        """Of the events."""
        return self.events.recording

    def expected_observations(self) -> frozenset[Observation]:
        """(uid, resourceVersion) of every ADDED and MODIFIED event: all that an exporter can be offered."""
        return self.recording.observations()

    @property
    def position(self) -> int:
        """How many lines of the events have happened."""
        return self.events.clock.position

    @property
    def finished(self) -> bool:
        """Whether every line of the events has been served."""
        return self.events.clock.finished

    def wait_until(self, position: int, timeout: float) -> bool:
        """Wait until so many lines of the events have happened; False if they have not within `timeout`
        seconds."""
        return self.events.clock.wait_until(position, timeout)

    def wait_until_finished(self, timeout: float) -> bool:
        """Wait until every line of the events has been served; False if they have not within `timeout`
        seconds."""
        return self.wait_until(len(self.recording), timeout)

    def hold(self, at: int) -> None:
        """Let no line of the events happen at or after position `at`."""
        self.events.clock.hold(at)

    def resume(self) -> None:
        """Go on."""
        self.events.clock.resume()

    def restart(self) -> None:
        """Begin again, as if the cluster had been restored from a backup: open watches end with a 410, and
        the Lease is what it was at the start."""
        for resource in self.resources.values():
            resource.restart()
        self.lease.restore()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: Callable[..., RequestHandler]) -> None:
        super().__init__(address, handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle of an answer is what the replay is for."""
