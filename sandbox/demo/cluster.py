"""The cluster whose events are shipped: the recording, or a real one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import kubernetes
import msgspec
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException
from urllib3.exceptions import HTTPError

from sandbox.cluster import ReplayServer
from sandbox.demo.options import Options

PAGE = 500


class ClusterError(Exception):
    """The cluster cannot be read; one line says why."""


class Cluster(Protocol):
    """Something with an API server."""

    @property
    def kubeconfig(self) -> Path:
        """How to get there."""

    def wait(self) -> None:
        """Return when enough has happened."""

    def states(self) -> list[Any]:
        """Decoded Event objects, each a state that has to be stored by now, or will be."""

    @property
    def complete(self) -> bool:
        """Whether `states` are all there were, so that anything else stored is too much."""


class RecordedCluster:
    """The replayed recording: it knows every state that it has ever offered."""

    complete = True

    def __init__(self, server: ReplayServer, kubeconfig: Path) -> None:
        self.server = server
        self.kubeconfig = kubeconfig

    def wait(self) -> None:
        """Until every line was served.

        Raises:
            ClusterError: nobody reads on.
        """
        if not self.server.wait_until_finished(timeout=120):
            raise ClusterError(
                f"the exporter stopped reading at line {self.server.position} of the recording"
            )

    def states(self) -> list[Any]:
        """Every ADDED and MODIFIED state."""
        lines = self.server.recording.lines
        return [msgspec.json.decode(line.object) for line in lines if line.type != "DELETED"]


class RealCluster:
    """A cluster at a kubeconfig, listed by the official client and not by the exporter's own code."""

    complete = False
    """States that were replaced before the list are stored too."""

    def __init__(self, kubeconfig: Path, seconds: float) -> None:
        self.kubeconfig = kubeconfig
        self._seconds = seconds
        try:
            client = kubernetes.config.new_client_from_config(  # type: ignore[no-untyped-call]
                config_file=str(kubeconfig)
            )
        except (ConfigException, OSError) as error:
            raise ClusterError(f"KUBECONFIG={kubeconfig} cannot be used: {error}") from None
        self._api = kubernetes.client.CoreV1Api(client)

    def wait(self) -> None:
        """For as long as was asked for."""
        time.sleep(self._seconds)

    def states(self) -> list[Any]:
        """What the API server holds now.

        Raises:
            ClusterError: it does not answer, or does not let us.
        """
        items: list[Any] = []
        token = None
        while True:
            try:
                answer: Any = self._api.list_event_for_all_namespaces(
                    limit=PAGE, _continue=token, _preload_content=False, _request_timeout=(5, 60)
                )
            except (ApiException, HTTPError) as error:
                reason = getattr(error, "reason", None) or error
                raise ClusterError(f"the cluster of {self.kubeconfig} cannot be listed: {reason}") from None
            page = msgspec.json.decode(answer.data)
            items += page["items"]
            token = page["metadata"].get("continue")
            if not token:
                return items


@contextmanager
def open_cluster(options: Options, work: Path, say: Callable[[str], None]) -> Iterator[Cluster]:
    """The cluster that the options ask for.

    Raises:
        ClusterError: it cannot be reached.
    """
    if options.kubeconfig is not None:
        real = RealCluster(options.kubeconfig, options.seconds)
        real.states()
        say(
            f"the events of the cluster in {options.kubeconfig}, for {options.seconds:.0f} s"
            " (without KUBECONFIG the recording is replayed)"
        )
        yield real
        return
    with ReplayServer(*options.recordings) as server:
        yield RecordedCluster(server, server.kubeconfig(work / "kubeconfig"))
