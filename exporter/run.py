"""`run`: ship events, as the one replica that leads, until told to stop. Then send what was read."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from exporter.counts import Counts
from exporter.edges import open_sink, open_transport
from exporter.leadership import Leadership
from exporter.lease.elector import Elector
from exporter.lease.identity import lease_namespace, own_identity
from exporter.lease.lease_api import LeaseApi
from exporter.lease.timings import Timings
from exporter.memory import share_an_arena
from exporter.observe.pages import all_pages
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.observe.server import ProbeServer
from exporter.settings import Settings
from exporter.surroundings import Surroundings
from exporter.version import VERSION

logger = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT. The exit code: 0 if everything that was read was also sent, else 1.

    Raises:
        Denied: the credentials for the API server cannot be read.
        Misconfigured: AWS' own variables or files are wrong.
        CannotListen: the address of the probes cannot be had.
    """
    share_an_arena()
    # A signal handler may interrupt anything, so it must not take a lock: SimpleQueue.put is made for that.
    signals: SimpleQueue[str] = SimpleQueue()
    deaths: SimpleQueue[str] = SimpleQueue()

    def on_death(thread: str) -> None:
        deaths.put(thread)
        signals.put(f"the end of thread {thread}")

    # Before AWS' credentials are looked for, which may take seconds: without a handler, PID 1 of a container
    # is deaf to SIGTERM.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: signals.put(signal.Signals(received).name))
    surroundings = Surroundings(
        settings,
        open_transport(settings),
        open_sink(settings),
        Counts(),
        Pulse(),
        Readiness(),
        on_death,
    )
    election = _Election(surroundings) if settings.leader_election else _NoElection(surroundings)
    threading.excepthook = _log_death
    with _probes(surroundings, election.leadership):
        known = {"version": VERSION, "sink": settings.sink, "region": settings.region}
        logger.info("started", extra=known)
        election.start()
        logger.info("stopping on %s", signals.get())
        drained = election.leadership.stop(settings.grace_period)
        election.release()
    account = election.leadership.account()
    if not deaths.empty():
        logger.error("stopped by an error", extra=account)
        return 1
    if not drained:
        logger.error("stopped before everything that was read was sent", extra=account)
        return 1
    logger.info("stopped, everything that was read is sent", extra=account)
    return 0


class _NoElection:
    """One replica, one term from start to end, and no checkpoint."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.leadership = Leadership(surroundings, leads=lambda: True)

    def start(self) -> None:
        """Lead."""
        self.leadership.begin(None)

    def release(self) -> None:
        """Nothing was taken."""


class _Election:
    """Leads while it holds the Lease."""

    def __init__(self, surroundings: Surroundings) -> None:
        settings = surroundings.settings
        self._on_death = surroundings.on_death
        self.leadership = Leadership(surroundings, leads=lambda: self._elector.leads)
        leases = LeaseApi(
            surroundings.transport.clone(), lease_namespace(settings.lease_namespace), settings.lease_name
        )
        timings = Timings(
            lease_duration=settings.lease_duration,
            renew_deadline=settings.renew_deadline,
            retry_period=settings.retry_period,
        )
        self._elector = Elector(
            leases,
            timings,
            own_identity(settings.identity),
            surroundings.pulse,
            surroundings.readiness,
            checkpoint=self.leadership.checkpoint,
            on_lead=self.leadership.begin,
            on_lost=self.leadership.lose,
            on_history_lost=self.leadership.lose_history,
        )

    def start(self) -> None:
        """Stand for election."""
        threading.Thread(target=self._run, name="elector", daemon=True).start()

    def release(self) -> None:
        """Give the Lease back, with the last checkpoint in it."""
        self._elector.release()

    def _run(self) -> None:
        finished = False
        try:
            self._elector.run()
            finished = True
        finally:
            if not finished:
                self._on_death("elector")


@contextmanager
def _probes(surroundings: Surroundings, leadership: Leadership) -> Iterator[None]:
    """Answer /metrics, /livez and /readyz meanwhile, if that is wanted."""
    listen = surroundings.settings.listen
    if not listen:
        yield
        return
    pages = all_pages(surroundings.pulse, surroundings.readiness, surroundings.counts, leadership.standing)
    server = ProbeServer(listen, pages)
    server.start()
    try:
        yield
    finally:
        server.stop()


def _log_death(death: threading.ExceptHookArgs) -> None:
    logger.critical(
        "thread %s died of an error that nobody foresaw",
        death.thread.name if death.thread else "?",
        exc_info=(death.exc_type, death.exc_value, death.exc_traceback) if death.exc_value else None,
    )
