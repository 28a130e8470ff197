"""A reflector in front of the scripted API server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, Self

import msgspec
import pytest
from msgspec import Raw

from eventcore.backoff import Backoff
from exporter.counts import Counts
from exporter.watch.credentials import credentials
from exporter.watch.events_api import EventsApi
from exporter.watch.reflector import Pace, Reflector
from exporter.watch.transport import Patience, Transport
from tests.fixtures.cluster import ScriptedApiServer


class RunningReflector:
    """A reflector in a thread; what it delivers is in `delivered`, what it waited for in `pauses`."""

    def __init__(self, kubeconfig: Path, patience: Patience, pace: Pace, step: int) -> None:
        self.delivered: list[tuple[str, str]] = []
        self.pauses: list[float] = []
        self.counts = Counts()
        transport = Transport(credentials(str(kubeconfig), None), patience)
        ticks = count(0, step)
        self.reflector = Reflector(
            EventsApi(transport),
            self._deliver,
            self.counts,
            pace=pace,
            draw=lambda low, _high: low,
            clock=lambda: float(next(ticks)),
            pause=self.pauses.append,
        )
        self._thread = Thread(target=self.reflector.run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.reflector.stop()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _deliver(self, raw: Raw) -> None:
        metadata: dict[str, Any] = msgspec.json.decode(raw)["metadata"]
        self.delivered.append((metadata["name"], metadata["resourceVersion"]))


StartReflector = Callable[..., RunningReflector]

WORST_LUCK = Backoff(base=1.0, cap=8.0, draw=lambda: 1.0)
"""Every delay is at its bound: 1, 2, 4, 8."""


@pytest.fixture
def reflect(api_server: ScriptedApiServer, tmp_path: Path) -> Iterator[StartReflector]:
    """Start a reflector: `reflect()` after the script is set."""
    with ExitStack() as running:

        def start(
            *, patience: Patience | None = None, watch_seconds: int = 300, step: int = 1000
        ) -> RunningReflector:
            """`step` is how many seconds pass between two looks at the clock: so long does a watch last."""
            pace = Pace(page_size=2, watch_seconds=(watch_seconds, watch_seconds), backoff=WORST_LUCK)
            path = api_server.kubeconfig(tmp_path / "kubeconfig")
            return running.enter_context(RunningReflector(path, patience or Patience(), pace, step))

        yield start
