"""Replicas that stand for election at one API server, in virtual time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from exporter.lease.elector import Elector
from exporter.lease.in_time import T
from exporter.lease.lease import CHECKPOINT
from exporter.lease.lease_api import LeaseApi
from exporter.lease.timings import Timings
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.watch.credentials import credentials
from sandbox.cluster import SMALL, ReplayServer
from tests.exporter.lease.network import SlowTransport, Way
from tests.exporter.lease.virtual_time import Ended, VirtualTime

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


class Replica:
    """One exporter, as far as the election is concerned."""

    def __init__(
        self,
        name: str,
        time: VirtualTime,
        transport: SlowTransport,
        *,
        identity: str = "",
        lease: str = "kube-events-exporter",
        timings: Timings = Timings(),  # noqa: B008 - frozen
        clock_ahead: float = 0.0,
        draw: Callable[[float, float], float] = lambda low, high: (low + high) / 2,
    ) -> None:
        self.name = name
        self.transport = transport
        self.terms: list[list[float]] = []
        """When each began, and when it ended."""
        self.checkpoint: str | None = None
        self.given: list[str | None] = []
        """The checkpoint with which each term began."""
        self.reasons: list[str] = []
        self.histories_lost = 0
        self.pulse = Pulse(lambda: time.now)
        self.readiness = Readiness()
        self._time = time
        self._killed = False
        self.elector = Elector(
            LeaseApi(transport, "kube-events", lease, in_time=at_once),
            timings,
            identity or name,
            self.pulse,
            self.readiness,
            checkpoint=lambda: self.checkpoint,
            on_lead=self._begin,
            on_lost=self._end,
            on_history_lost=self._lose_history,
            clock=lambda: time.now + clock_ahead,
            now=lambda: NOON + timedelta(seconds=time.now - clock_ahead * 1000),
            draw=draw,
            pause=self._pause,
        )

    def start(self, *, after: float = 0.0) -> None:
        self._time.spawn(self.elector.run, after=after)

    def kill(self) -> None:
        """Nothing runs any more, nothing is told to anybody."""
        self._killed = True
        self._close_term()

    def release(self) -> None:
        """Nothing is sent any more, and the elector is told so."""
        self._close_term()
        self.elector.release(within=0)

    @property
    def leads(self) -> bool:
        return bool(self.terms) and len(self.terms[-1]) == 1

    def _begin(self, checkpoint: str | None) -> None:
        if self._killed:
            raise Ended
        assert not self.leads
        self.given.append(checkpoint)
        self.terms.append([self._time.now])

    def _end(self, reason: str) -> None:
        self.reasons.append(reason)
        self._close_term()

    def _lose_history(self) -> None:
        assert self.leads
        self.histories_lost += 1

    def _close_term(self) -> None:
        if self.leads:
            self.terms[-1].append(self._time.now)

    def _pause(self, seconds: float) -> None:
        self._time.sleep(seconds)
        if self._killed:
            raise Ended


def at_once(work: Callable[[], T], _seconds: float) -> T:
    return work()


class Stage:
    """One API server, and the replicas."""

    def __init__(self, server: ReplayServer, kubeconfig: Path) -> None:
        self.lease = server.lease
        self.time = VirtualTime()
        self._credentials = credentials(str(kubeconfig), None)

    def replica(self, name: str, *, ways: Iterable[Way] = (), **options: Any) -> Replica:
        return Replica(name, self.time, SlowTransport(self._credentials, self.time, ways), **options)

    @property
    def holder(self) -> str:
        return str(self.lease.document["spec"].get("holderIdentity", ""))

    @property
    def annotation(self) -> str | None:
        annotations: dict[str, str] = self.lease.document["metadata"].get("annotations", {})
        return annotations.get(CHECKPOINT)

    def write(self, part: Literal["metadata", "spec"], **fields: Any) -> None:
        """Somebody else writes the Lease."""
        document = self.lease.document
        document[part] |= fields
        assert self.lease.put(json.dumps(document).encode()).status == 200


@pytest.fixture(scope="session")
def lease_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ReplayServer, Path]]:
    """The API server that all tests of the election share."""
    with ReplayServer(SMALL) as server:
        yield server, server.kubeconfig(tmp_path_factory.mktemp("lease") / "kubeconfig")


@pytest.fixture
def new_stage(lease_server: tuple[ReplayServer, Path]) -> Iterator[Callable[[], Stage]]:
    """Begin again: the Lease as the chart makes it, no replica."""
    stages: list[Stage] = []

    def begin() -> Stage:
        server, kubeconfig = lease_server
        server.lease.restore()
        for earlier in stages:
            earlier.time.end()
        stages[:] = [Stage(server, kubeconfig)]
        return stages[0]

    yield begin
    for last in stages:
        last.time.end()


@pytest.fixture
def stage(new_stage: Callable[[], Stage]) -> Stage:
    return new_stage()
