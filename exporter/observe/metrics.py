"""The metrics as Prometheus scrapes them, made at the scrape from what is counted anyway.

prometheus-client (maintained by the Prometheus authors; one wheel of 64 KiB without dependencies, 40 ms at
import, 0.4 MiB of memory beside what boto3 and kubernetes load) writes the format and reads /proc. Its own
counters are not used: they would cost the hot path a second count of everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from exporter.counts import CALL_BOUNDS, Counts
from exporter.observe.standing import Standing
from exporter.version import VERSION

PREFIX = "kube_events_exporter"


def registry(counts: Counts, standing: Callable[[], Standing]) -> CollectorRegistry:
    """Everything that /metrics says.

    Args:
        counts: of the whole process: a counter that begins anew with each leadership would be none.
        standing: asked at each scrape.
    """
    collectors = CollectorRegistry(auto_describe=False)
    collectors.register(ExporterCollector(counts, standing))
    ProcessCollector(registry=collectors)
    return collectors


class ExporterCollector(Collector):
    """Reads the counters and the standing at each scrape."""

    def __init__(self, counts: Counts, standing: Callable[[], Standing]) -> None:
        self._counts = counts
        self._standing = standing

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering does not collect."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """All metrics."""
        yield from self._outcomes()
        yield self._restarts()
        yield self._requests()
        yield from _of(self._standing())
        build = GaugeMetricFamily(
            f"{PREFIX}_build_info", "1; the version is in the label.", labels=["version"]
        )
        build.add_metric([VERSION], 1)
        yield build

    def _outcomes(self) -> Iterator[Metric]:
        outcomes = self._counts.snapshot()
        yield _counter(
            "events_received", "States of Events that a list or a watch brought.", outcomes["read"]
        )
        yield _counter("events_synthetic", "Events made from the status of Pods.", outcomes["synthetic"])
        dropped = CounterMetricFamily(
            f"{PREFIX}_events_dropped",
            "Events that are not shipped: rule (wanted so), refused (by the stream, for good), malformed or "
            "unidentified (what the API server sent).",
            labels=["reason"],
        )
        for reason, number in sorted(self._counts.drops().items()):
            dropped.add_metric([reason], number)
        for outcome in ("malformed", "refused", "unidentified"):
            dropped.add_metric([outcome], outcomes[outcome])
        yield dropped
        enriched = CounterMetricFamily(
            f"{PREFIX}_events_enriched",
            "Events by whether labels and owners of their object were found.",
            labels=["result"],
        )
        enriched.add_metric(["enriched"], outcomes["enriched"])
        enriched.add_metric(["not_enriched"], outcomes["not_enriched"])
        yield enriched
        yield _counter("records_sent", "Records that the stream accepted, heartbeats too.", outcomes["sent"])
        yield _counter(
            "records_retried",
            "Records that had to be sent again, each time: not taken now, or the call failed.",
            outcomes["retried"],
        )
        yield _counter("heartbeats", "Heartbeats that were put between the events.", outcomes["heartbeats"])

    def _restarts(self) -> Metric:
        restarts = CounterMetricFamily(
            f"{PREFIX}_watch_restarts",
            "Watches that were begun anew, by why the one before ended (ended: at its time limit, in order).",
            labels=["resource", "reason"],
        )
        for (resource, reason), number in sorted(self._counts.restarts().items()):
            restarts.add_metric([resource, reason], number)
        return restarts

    def _requests(self) -> Metric:
        requests = HistogramMetricFamily(
            f"{PREFIX}_request_duration_seconds",
            "Calls to the stream: answered (perhaps not for each record), or failed as a whole.",
            labels=["result"],
        )
        for result, ok in (("answered", True), ("failed", False)):
            calls = self._counts.calls(ok)
            bounds = [*map(str, CALL_BOUNDS), "+Inf"]
            buckets = list(zip(bounds, accumulate(calls.by_bound), strict=True))
            requests.add_metric([result], buckets=buckets, sum_value=calls.seconds)
        return requests


def _of(standing: Standing) -> Iterator[Metric]:
    yield _gauge("leader", "1 if this replica ships, else 0.", standing.leader)
    yield _gauge("buffer_bytes", "Bytes that were read and are not accepted yet.", standing.buffer_bytes)
    yield _gauge(
        "buffer_capacity_bytes",
        "Bytes at which the reading stops; 0 on a replica that does not ship.",
        standing.buffer_capacity_bytes,
    )
    yield _gauge("batches_in_flight", "Batches that are being sent.", standing.batches_in_flight)
    yield _gauge(
        "checkpoint_lag_seconds",
        "Since the oldest state that the stream has not accepted was read, or since events cannot be read; "
        "0 if there is neither.",
        standing.checkpoint_lag,
    )


def _counter(name: str, about: str, value: float) -> Metric:
    return CounterMetricFamily(f"{PREFIX}_{name}", about, value=value)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}_{name}", about, value=value)
