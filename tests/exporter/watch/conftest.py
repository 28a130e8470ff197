"""A reflector in front of the scripted API server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Self

import pytest

from eventcore.backoff import Backoff
from exporter.counts import Counts
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.watch.answers import Object, WatchLine
from exporter.watch.credentials import credentials
from exporter.watch.reflector import Pace, Reflector, Start
from exporter.watch.resource_api import ResourceApi, core_path
from exporter.watch.transport import Patience, Transport
from tests.fixtures.cluster import ScriptedApiServer


class RunningReflector:
    """A reflector in a thread; what it hands over is in `taken`, what it waited for in `pauses`."""

    def __init__(
        self, kubeconfig: Path, patience: Patience, pace: Pace, step: int, start: Start, selector: str
    ) -> None:
        self.taken: list[str] = []
        """`listed a@1 b@2`, `list 100`, `ADDED a@3`, `forget`: one for each call."""
        self.pauses: list[float] = []
        self.lacked: list[str] = []
        """What it was not ready for in each pause."""
        self.unanswered: list[float] = []
        """For how many seconds it had waited for an answer in each pause."""
        self.counts = Counts()
        self.pulse = Pulse()
        self.readiness = Readiness()
        transport = Transport(credentials(str(kubeconfig), None), patience)
        ticks = count(0, step)
        api = ResourceApi(
            transport, core_path("events"), Object, lambda _raw: Object(), field_selector=selector
        )
        self.reflector = Reflector(
            api,
            self,
            self.counts,
            self.pulse,
            self.readiness,
            start=start,
            pace=pace,
            draw=lambda low, _high: low,
            clock=lambda: float(next(ticks)),
            pause=self._pause,
        )
        self._thread = Thread(target=self.reflector.run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Wait until it has ended."""
        self.reflector.stop()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.lacked += self.readiness.lacking().values()
        self.unanswered.append(self.reflector.unanswered())

    @property
    def delivered(self) -> list[tuple[str, str]]:
        """(name, version) of every state that was listed, added or modified."""
        entries = [entry.split(" ") for entry in self.taken if entry.startswith(("listed", "ADDED", "MOD"))]
        return [(state.split("@")[0], state.split("@")[1]) for entry in entries for state in entry[1:]]

    def listed(self, items: Sequence[Object]) -> None:
        self.taken.append(" ".join(["listed", *map(_named, items)]))

    def list_ended(self, version: str) -> None:
        self.taken.append(f"list {version}")

    def watched(self, lines: Sequence[WatchLine[Object]]) -> None:
        self.taken += [f"{line.type} {_named(line.object)}" for line in lines]

    def forget(self) -> None:
        self.taken.append("forget")


def _named(each: Object) -> str:
    return f"{each.metadata.name}@{each.metadata.resource_version}"


StartReflector = Callable[..., RunningReflector]

WORST_LUCK = Backoff(base=1.0, cap=8.0, draw=lambda: 1.0)
"""Every delay is at its bound: 1, 2, 4, 8."""


@pytest.fixture
def reflect(api_server: ScriptedApiServer, tmp_path: Path) -> Iterator[StartReflector]:
    """Start a reflector: `reflect()` after the script is set."""
    with ExitStack() as running:

        def start(
            *,
            patience: Patience | None = None,
            watch_seconds: int = 300,
            step: int = 1000,
            begin: Start = Start(),  # noqa: B008 - frozen
            selector: str = "",
            page_size: int = 2,
            page_bytes: int = 1 << 20,
        ) -> RunningReflector:
            """`step` is how many seconds pass between two looks at the clock: so long does a watch last."""
            pace = Pace(
                page_size=page_size,
                page_bytes=page_bytes,
                watch_seconds=(watch_seconds, watch_seconds),
                backoff=WORST_LUCK,
                gather=0,
            )
            path = api_server.kubeconfig(tmp_path / "kubeconfig")
            return running.enter_context(
                RunningReflector(path, patience or Patience(), pace, step, begin, selector)
            )

        yield start
