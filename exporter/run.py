"""`run`: ship events until told to stop, then send what was read."""

from __future__ import annotations

import logging
import signal
import threading
from queue import SimpleQueue

from exporter.counts import Counts
from exporter.observe.pulse import Pulse
from exporter.pipeline import Pipeline, Surroundings, open_sink, open_transport
from exporter.settings import Settings
from exporter.version import VERSION

logger = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT. The exit code: 0 if everything that was read was also sent, else 1.

    Raises:
        Denied: the credentials for the API server cannot be read.
        Misconfigured: AWS' own variables or files are wrong.
    """
    # A signal handler may interrupt anything, so it must not take a lock: SimpleQueue.put is made for that.
    signals: SimpleQueue[str] = SimpleQueue()
    deaths: SimpleQueue[str] = SimpleQueue()

    def on_death(thread: str) -> None:
        deaths.put(thread)
        signals.put(f"the end of thread {thread}")

    counts = Counts()
    surroundings = Surroundings(
        settings, open_transport(settings), open_sink(settings), counts, Pulse(), on_death
    )
    pipeline = Pipeline(surroundings)
    threading.excepthook = _log_death
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: signals.put(signal.Signals(received).name))
    logger.info("started", extra={"version": VERSION, "sink": settings.sink, "region": settings.region})
    pipeline.start()
    logger.info("stopping on %s", signals.get())
    drained = pipeline.stop(settings.grace_period)
    account = {
        **{str(outcome): number for outcome, number in counts.snapshot().items()},
        "left": pipeline.buffer.held_records,
        "buffer_high_water_bytes": pipeline.buffer.high_water_bytes,
    }
    if not deaths.empty():
        logger.error("stopped by an error", extra=account)
        return 1
    if not drained:
        logger.error("stopped before everything that was read was sent", extra=account)
        return 1
    logger.info("stopped, everything that was read is sent", extra=account)
    return 0


def _log_death(death: threading.ExceptHookArgs) -> None:
    logger.critical(
        "thread %s died of an error that nobody foresaw",
        death.thread.name if death.thread else "?",
        exc_info=(death.exc_type, death.exc_value, death.exc_traceback) if death.exc_value else None,
    )
