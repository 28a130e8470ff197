"""What is answered on /metrics, /livez and /readyz."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from exporter.counts import Counts
from exporter.observe.metrics import registry
from exporter.observe.pulse import Pulse
from exporter.observe.readiness import Readiness
from exporter.observe.standing import Standing
from exporter.redaction import redacted


class Page(NamedTuple):
    """One answer."""

    status: HTTPStatus
    content_type: str
    body: bytes


Pages = Mapping[str, Callable[[], Page]]
"""By path."""


def all_pages(pulse: Pulse, readiness: Readiness, counts: Counts, standing: Callable[[], Standing]) -> Pages:
    """The pages of an exporter.

    Args:
        pulse: of all its threads.
        readiness: of its parts.
        counts: of the whole process.
        standing: where it stands, asked at each scrape.
    """
    collectors = registry(counts, standing)
    return {
        "/livez": lambda: livez(pulse),
        "/readyz": lambda: readyz(readiness),
        "/metrics": lambda: metrics(collectors),
    }


def livez(pulse: Pulse) -> Page:
    """Whether every thread does what it promised. Who fails this is restarted, so AWS is no part of it."""
    return _verdict(
        f"{name} is stuck: silent for {seconds:.0f} s longer than it may be"
        for name, seconds in sorted(pulse.overdue().items())
    )


def readyz(readiness: Readiness) -> Page:
    """Whether every part has what it needs."""
    # The reasons are other people's words, and whoever reaches the port may read them.
    return _verdict(redacted(f"{part}: {what}") for part, what in sorted(readiness.lacking().items()))


def metrics(collectors: CollectorRegistry) -> Page:
    """Prometheus' text format."""
    return Page(HTTPStatus.OK, CONTENT_TYPE_PLAIN_0_0_4, generate_latest(collectors))


def _verdict(faults: Iterable[str]) -> Page:
    lines = list(faults)
    status = HTTPStatus.SERVICE_UNAVAILABLE if lines else HTTPStatus.OK
    return text_page(status, *(lines or ["ok"]))


def text_page(status: HTTPStatus, *lines: str) -> Page:
    """Lines for people."""
    return Page(status, "text/plain; charset=utf-8", "".join(f"{line}\n" for line in lines).encode())
