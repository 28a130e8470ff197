"""One trial: stand-ins of its own, a contender, something that happens, and what came of it."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from bench.exporter.contenders import Contender, Running
from bench.exporter.rendered import FIRST_VERSION
from sandbox.kinesis_endpoint import Account, KinesisEndpointProcess
from sandbox.kinesis_endpoint.faults import Faults
from sandbox.orders import OrderedProcess

START_UP = 60.0
"""Seconds until a contender watches."""

QUIET = 20.0
"""Seconds without a new record after which nothing more is expected: twice the pause of a back-off."""

LOOK = 0.05
"""Seconds between two looks at the endpoint."""


class TrialError(Exception):
    """A contender did not start, or ended."""


class Result(NamedTuple):
    """What came of a trial."""

    account: Account
    events: int
    cpu_seconds: float
    """Of the contender, while events were written and delivered."""
    seconds: float
    """That this took."""
    peak_mebibytes: float

    @property
    def per_second(self) -> float:
        """Delivered events a second, up to the last one."""
        return self.account.delivered / self.account.last if self.account.last else 0.0

    @property
    def cpu_per_thousand(self) -> float:
        """CPU seconds per 1,000 events."""
        return self.cpu_seconds / self.events * 1000

    @property
    def share_of_core(self) -> float:
        """CPU seconds per second."""
        return self.cpu_seconds / self.seconds


class Trial:
    """A context manager around both stand-ins and the contender."""

    def __init__(self, contender: Contender, faults: Faults = Faults()) -> None:  # noqa: B008 - frozen
        self.contender = contender
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        self.endpoint = self._stack.enter_context(KinesisEndpointProcess(faults))
        self._api = self._stack.enter_context(OrderedProcess("bench.exporter.api_server"))
        self._url: str = self._api.tell("url")
        self._events = 0
        self._peaks: list[float] = []
        self._cpu = 0.0
        """Of processes that are dead."""
        self.running: Running | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.running is not None:
            self.running.kill()
        self._stack.close()

    def prepare(self, events: int, *, same: bool = False) -> None:
        """Render events, or repetitions of one."""
        self._events += events
        self._api.tell("prepare", number=events, same=same)

    def write(self) -> float:
        """Write all that is prepared at once; returns when."""
        return float(self._api.tell("write"))

    def write_steadily(self, per_second: float) -> float:
        """Begin to write all that is prepared, evenly; returns when."""
        return float(self._api.tell("write_steadily", per_second=per_second))

    def start(self, *, wait: bool = True) -> None:
        """Start the contender, and wait until it watches."""
        self.running = Running(self.contender, self._url, self.endpoint, self._folder)
        deadline = time.monotonic() + START_UP
        while wait and not self.state()["watching"]:
            self._check(deadline)
            time.sleep(LOOK)
        # Threads that it starts beside the watch.
        time.sleep(1.0 if wait else 0.0)

    def kill(self) -> None:
        """SIGKILL."""
        running = self._contender()
        self._cpu += running.cpu_seconds()
        self._peaks.append(running.peak_mebibytes())
        running.kill()

    def state(self) -> dict[str, Any]:
        """Of the API server."""
        state: dict[str, Any] = self._api.tell("state")
        return state

    def cpu_seconds(self) -> float:
        """Of the contender, so far."""
        return self._cpu + (self._contender().cpu_seconds() if self.running else 0.0)

    def wait_for(self, accepted: int) -> None:
        """Wait until the endpoint has accepted so many records, or accepts no more of them."""
        before, quiet_since = -1, time.monotonic()
        while (now := self.endpoint.accepted) < accepted:
            if now != before:
                before, quiet_since = now, time.monotonic()
            elif time.monotonic() - quiet_since > QUIET:
                return
            if not self._contender().runs:
                raise TrialError(f"{self.contender.name} ended:\n{self._log()}")
            time.sleep(LOOK)

    def wait_for_all(self) -> None:
        """Wait until every event was delivered, or until nothing more comes."""
        self.wait_for(self._events)
        while True:
            # A heartbeat or a duplicate may have been among them.
            seen = self.endpoint.accepted
            if not self.account().lost:
                return
            self.wait_for(seen + 1)
            if self.endpoint.accepted == seen:
                return

    def account(self, since: float = 0.0, per_second: float | None = None) -> Account:
        """What was delivered so far."""
        last = FIRST_VERSION + self._events - 1
        return self.endpoint.account(first=FIRST_VERSION, last=last, since=since, per_second=per_second)

    def result(self, since: float, *, cpu: float, began: float, per_second: float | None = None) -> Result:
        """What came of it.

        Args:
            since: seconds since the epoch at which the first event was written.
            cpu: seconds that the contender had used before.
            began: seconds of the monotonic clock at which that was.
            per_second: events that were written each second; None if all were written at once.
        """
        used, seconds = self.cpu_seconds() - cpu, time.monotonic() - began
        peaks = [*self._peaks, self._contender().peak_mebibytes()]
        return Result(self.account(since, per_second), self._events, used, seconds, max(peaks))

    def _contender(self) -> Running:
        if self.running is None:
            raise TrialError("nobody was started")
        return self.running

    def _check(self, deadline: float) -> None:
        if not self._contender().runs or time.monotonic() > deadline:
            raise TrialError(f"{self.contender.name} does not watch:\n{self._log()}")

    def _log(self) -> str:
        return "\n".join((self._folder / "log").read_text(errors="replace").splitlines()[-5:])
