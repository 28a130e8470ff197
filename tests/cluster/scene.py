"""What a test of delivery needs around one cluster: a writer, replicas, ways to spoil it, an account."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sandbox.control_plane.plane import ControlPlane
from sandbox.control_plane.proxy import FaultProxy
from tests.cluster.account import Account, Gap, State, find_gaps, judge
from tests.cluster.audit import AuditLog, Request, asked_for_events, open_watches
from tests.cluster.installation import NAMESPACE, Installation
from tests.cluster.receiver import Receiver
from tests.cluster.replica import Replica
from tests.cluster.writer import Writer, state_of

SETTINGS: dict[str, Any] = {
    "cluster": "real",
    "sink": "kinesis",
    "stream": "kube-events",
    "region": "eu-west-1",
    "lease_namespace": NAMESPACE,
    # A third of the defaults, so that a take-over by expiry is a matter of seconds.
    "lease_duration": 6,
    "renew_deadline": 4,
    "retry_period": 0.8,
    "watch_timeout": 4,
    "flush_interval": 0.1,
    # Small, so that lists have several pages.
    "list_page_size": 100,
}

CHECKPOINT = "kube-events/checkpoint"
"""The annotation of the Lease."""

PATIENCE = 60.0
"""Seconds in which everything has arrived after a fault has ended. Back-off goes up to 30 s."""


class Scene:
    """One test's. A context manager that ends its replicas and proxies."""

    def __init__(
        self,
        plane: ControlPlane,
        installation: Installation,
        *,
        namespace: str,
        folder: Path,
        tell: Callable[[str], None],
    ) -> None:
        """
        Args:
            plane: which runs.
            installation: in it.
            namespace: where events are written.
            folder: for logs and credentials.
            tell: is told what was counted.
        """
        self.plane = plane
        self.installation = installation
        self.folder = folder
        self.tell = tell
        self.writer = Writer(plane.api, namespace)
        self.receiver = Receiver()
        self.restored_at: list[float] = []
        """When the server came back from a backup."""
        self.undone: set[State] = set()
        """States of shortly before that, which nobody may have read."""
        self._stack = ExitStack()
        self._audit = AuditLog(plane.layout.audit_log)
        self._proxies: dict[str, FaultProxy] = {}

    def __enter__(self) -> Scene:
        self._stack.enter_context(self.receiver)
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def replica(self, name: str = "a", **settings: Any) -> Replica:
        """A replica that goes through a proxy of its own; not started."""
        proxy = self._stack.enter_context(FaultProxy(self.plane.layout.ports.kube_apiserver))
        self._proxies[name] = proxy
        kubeconfig = self.installation.kubeconfig(self.folder, proxy.url, name)
        replica = Replica(
            name,
            endpoint=self.receiver.endpoint(name).url,
            folder=self.folder,
            settings=SETTINGS | {"kubeconfig": kubeconfig} | settings,
        )
        return self._stack.enter_context(replica)

    def proxy(self, name: str = "a") -> FaultProxy:
        """The way of this replica to the API server."""
        return self._proxies[name]

    def token_file(self, name: str = "a") -> Path:
        """Where this replica finds its token."""
        return self.folder / f"{name}.token"

    def restore(self, backup: str, *, since: float = 0.0) -> None:
        """Set etcd back to a backup.

        Args:
            backup: name of it.
            since: seconds since the epoch at which the exporter had everything that was written until then.
        """
        self.plane.kill("kube-apiserver")
        self.writer.epoch += 1
        self.restored_at.append(time.time())
        self.plane.restore(backup)
        # What the exporter had no time to read is gone, and nobody can ask for it.
        self.undone |= {
            write.state
            for write in self.writer.writes
            if write.epoch == self.writer.epoch - 1 and write.at >= since
        }

    def rest(self) -> Account:
        """`settle`, and wait until the Lease says so too: whoever leads next begins there."""
        account = self._arrive(PATIENCE)
        newest = max(write.state.version for write in self.writer.writes)
        self.wait_until(lambda: self.checkpoint() >= newest)
        return account

    def checkpoint(self) -> int:
        """Up to which version of events everything is sent, by the Lease; 0 if it does not say."""
        annotations = self.installation.lease()["metadata"].get("annotations", {})
        if value := annotations.get(CHECKPOINT):
            return int(json.loads(value)["events"].get("", 0))
        return 0

    def wait_until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait for something that no record brings about.

        Raises:
            AssertionError: it is not so in time.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds:.0f} s"
            time.sleep(0.05)

    def held(self) -> dict[str, State]:
        """What the server holds now, by uid."""
        return {each["metadata"]["uid"]: state_of(each) for each in self.events()}

    def events(self) -> list[dict[str, Any]]:
        """Every event of the cluster, as the server has it now."""
        items: list[dict[str, Any]] = self.plane.api.get("/api/v1/events")["items"]
        return items

    def requests(self) -> list[Request]:
        """What the exporter has asked the API server for, by the server's own log."""
        return self._audit.requests()

    def gaps(self) -> list[Gap]:
        """Versions that were listed and not watched."""
        return find_gaps(asked_for_events(self.requests()), self.restored_at)

    def account(self) -> Account:
        """How it stands."""
        return judge(self.writer.writes, self.held(), self.receiver.states(), self.gaps(), self.undone)

    def excused_while_watched(self, account: Account) -> int:
        """How many of the excused states were written while the server served a watch all the same.

        A watch on a connection that is dead, and nobody knows it yet. The first and the last second of a
        watch do not count: what is on its way is lost with the connection.
        """
        watches = open_watches(self.requests())
        return sum(any(begin + 1 < write.at < end - 1 for begin, end in watches) for write in account.excused)

    def settle(self, seconds: float = PATIENCE) -> Account:
        """Wait until everything that was promised has arrived.

        Raises:
            AssertionError: it has not; says what is missing.
        """
        account = self._arrive(seconds)
        self.tell(str(account))
        return account

    def _arrive(self, seconds: float) -> Account:
        self.receiver.wait_until(lambda: self.account().complete, seconds)
        account = self.account()
        assert not account.missing_final, account.missing_final[:5]
        assert not account.missing, account.missing[:5]
        return account
