"""The cluster whose events and Pods are read: the recording, or a real one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any, Protocol, Self

import kubernetes
import msgspec
from kubernetes.client import V1Lease, V1LeaseSpec, V1Namespace, V1ObjectMeta
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException
from urllib3.exceptions import HTTPError

from sandbox.cluster import ReplayServer
from sandbox.cluster.lease import NAMESPACE
from sandbox.cluster.recording import STATES
from sandbox.demo.options import Options

PAGE = 500
PATIENCE = (5, 60)
"""Seconds to connect, and to answer: the server gives up on a list after 60 s."""
LEASE = "kube-events-exporter"
"""The exporter's default."""


class ClusterError(Exception):
    """The cluster cannot be read; one line says why."""


class Cluster(Protocol):
    """Something with an API server."""

    @property
    def kubeconfig(self) -> Path:
        """How to get there."""

    def wait(self) -> None:
        """Return when enough has happened."""

    @property
    def lease_namespace(self) -> str:
        """Where the Lease lies by which exporters agree on one."""

    def states(self) -> list[Any]:
        """Decoded Event objects, each a state that has to be stored by now, or will be."""

    def pods(self) -> list[Any]:
        """Decoded Pods, each a state whose containers' ends have to be stored by now, or will be."""

    @property
    def complete(self) -> bool:
        """Whether `states` and `pods` are all there were, so that anything else stored is too much."""


class RecordedCluster:
    """The replayed recording: it knows every state that it has ever offered."""

    complete = True
    lease_namespace = NAMESPACE

    def __init__(self, server: ReplayServer, kubeconfig: Path) -> None:
        self.server = server
        self.kubeconfig = kubeconfig

    def wait(self) -> None:
        """Until every line was served.

        Raises:
            ClusterError: nobody reads on.
        """
        for resource in self.server.resources.values():
            clock = resource.clock
            if not clock.wait_until(len(resource.recording), timeout=120):
                raise ClusterError(
                    f"the exporter stopped reading at line {clock.position} of the recorded {resource.kind}s"
                )

    def states(self) -> list[Any]:
        """Every ADDED and MODIFIED state."""
        return [
            msgspec.json.decode(line.object) for line in self.server.recording.lines if line.type in STATES
        ]

    def pods(self) -> list[Any]:
        """Every state, and the last one of those that were deleted."""
        lines = self.server.pods.recording.lines
        return [msgspec.json.decode(line.object) for line in lines if line.type != "BOOKMARK"]


class RealCluster:
    """A cluster at a kubeconfig, read by the official client and not by the exporter's own code.

    A context manager: meanwhile there is a namespace of the demo's own with nothing but the Lease in it.
    """

    complete = False
    """States that were replaced before the list are stored too."""

    def __init__(self, kubeconfig: Path, seconds: float) -> None:
        self.kubeconfig = kubeconfig
        self._seconds = seconds
        self.lease_namespace = f"kube-events-demo-{token_hex(4)}"
        try:
            client = kubernetes.config.new_client_from_config(  # type: ignore[no-untyped-call]
                config_file=str(kubeconfig)
            )
        except (ConfigException, OSError) as error:
            raise ClusterError(f"KUBECONFIG={kubeconfig} cannot be used: {error}") from None
        self._core = kubernetes.client.CoreV1Api(client)
        self._coordination = kubernetes.client.CoordinationV1Api(client)

    def __enter__(self) -> Self:
        """Raises ClusterError if namespace and Lease cannot be made."""
        namespace = V1Namespace(metadata=V1ObjectMeta(name=self.lease_namespace))
        lease = V1Lease(metadata=V1ObjectMeta(name=LEASE), spec=V1LeaseSpec())
        with self._asking("a namespace for the Lease cannot be made in"):
            self._core.create_namespace(namespace, _request_timeout=PATIENCE)
        try:
            with self._asking("the Lease cannot be made in"):
                self._coordination.create_namespaced_lease(
                    self.lease_namespace, lease, _request_timeout=PATIENCE
                )
        except ClusterError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Raises ClusterError if the namespace has to be removed by hand."""
        with self._asking(f"namespace {self.lease_namespace} has to be deleted by hand from"):
            self._core.delete_namespace(self.lease_namespace, _request_timeout=PATIENCE)

    def wait(self) -> None:
        """For as long as was asked for."""
        time.sleep(self._seconds)

    def states(self) -> list[Any]:
        """The events that the API server holds now.

        Raises:
            ClusterError: it does not answer, or does not let us.
        """
        return self._all(self._core.list_event_for_all_namespaces)

    def pods(self) -> list[Any]:
        """The Pods that the API server holds now. Raises ClusterError."""
        return self._all(self._core.list_pod_for_all_namespaces)

    def _all(self, list_page: Callable[..., Any]) -> list[Any]:
        items: list[Any] = []
        token = None
        while True:
            with self._asking("nothing can be listed in"):
                answer = list_page(
                    limit=PAGE, _continue=token, _preload_content=False, _request_timeout=PATIENCE
                )
            page = msgspec.json.decode(answer.data)
            items += page["items"]
            token = page["metadata"].get("continue")
            if not token:
                return items

    @contextmanager
    def _asking(self, what_failed: str) -> Iterator[None]:
        try:
            yield
        except (ApiException, HTTPError) as error:
            reason = getattr(error, "reason", None) or error
            raise ClusterError(f"{what_failed} the cluster of {self.kubeconfig}: {reason}") from None


@contextmanager
def open_cluster(options: Options, work: Path, say: Callable[[str], None]) -> Iterator[Cluster]:
    """The cluster that the options ask for.

    Raises:
        ClusterError: it cannot be reached.
    """
    if options.kubeconfig is None:
        with ReplayServer(*options.recordings, pods=options.pods) as server:
            yield RecordedCluster(server, server.kubeconfig(work / "kubeconfig"))
        return
    with RealCluster(options.kubeconfig, options.seconds) as real:
        real.states()
        say(
            f"the events of the cluster in {options.kubeconfig}, for {options.seconds:.0f} s, with a Lease in"
            f" a namespace of its own, {real.lease_namespace} (without KUBECONFIG the recording is replayed)"
        )
        yield real
