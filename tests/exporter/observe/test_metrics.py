"""/metrics is in Prometheus' format, keeps to its conventions, and says what was counted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from exporter.counts import Counts
from exporter.observe.metrics import registry
from exporter.observe.standing import Standing
from exporter.version import VERSION

SHIPPING = Standing(
    leader=True,
    buffer_bytes=1000,
    buffer_capacity_bytes=8_388_608,
    batches_in_flight=2,
    checkpoint_lag=1.5,
)


def scraped(collectors: CollectorRegistry) -> dict[str, Metric]:
    """What a scrape says, read by Prometheus' own parser."""
    return {
        metric.name: metric for metric in text_string_to_metric_families(generate_latest(collectors).decode())
    }


def value(metrics: dict[str, Metric], sample: str, **labels: str) -> float:
    """Of one sample."""
    [found] = [
        each.value
        for metric in metrics.values()
        for each in metric.samples
        if each.name == f"kube_events_exporter_{sample}" and each.labels == labels
    ]
    return found


@pytest.fixture
def counts() -> Counts:
    """Counters of an exporter that has seen everything."""
    counts = Counts()
    counts.add("read", 500)
    counts.add("sent", 490)
    counts.add("retried", 7)
    counts.add("refused", 1)
    counts.add("malformed", 2)
    counts.add("unidentified", 3)
    counts.add("synthetic", 4)
    counts.add("heartbeats", 5)
    counts.add("enriched", 6)
    counts.add("not_enriched", 8)
    counts.dropped("rule", 9)
    counts.restarted("events", "expired")
    counts.restarted("pods", "cut")
    counts.called(0.012, ok=True)
    counts.called(0.3, ok=True)
    counts.called(60.0, ok=False)
    return counts


def test_everything_that_is_counted_is_scraped(counts: Counts) -> None:
    metrics = scraped(registry(counts, lambda: SHIPPING))
    assert value(metrics, "events_received_total") == 500
    assert value(metrics, "events_synthetic_total") == 4
    assert value(metrics, "events_dropped_total", reason="rule") == 9
    assert value(metrics, "events_dropped_total", reason="refused") == 1
    assert value(metrics, "events_dropped_total", reason="malformed") == 2
    assert value(metrics, "events_dropped_total", reason="unidentified") == 3
    assert value(metrics, "events_enriched_total", result="enriched") == 6
    assert value(metrics, "events_enriched_total", result="not_enriched") == 8
    assert value(metrics, "records_sent_total") == 490
    assert value(metrics, "records_retried_total") == 7
    assert value(metrics, "heartbeats_total") == 5
    assert value(metrics, "watch_restarts_total", resource="events", reason="expired") == 1
    assert value(metrics, "watch_restarts_total", resource="pods", reason="cut") == 1


def test_calls_are_a_histogram_whose_buckets_add_up(counts: Counts) -> None:
    metrics = scraped(registry(counts, lambda: SHIPPING))
    name = "request_duration_seconds"
    assert value(metrics, f"{name}_bucket", result="answered", le="0.01") == 0
    assert value(metrics, f"{name}_bucket", result="answered", le="0.025") == 1
    assert value(metrics, f"{name}_bucket", result="answered", le="+Inf") == 2
    assert value(metrics, f"{name}_count", result="answered") == 2
    assert value(metrics, f"{name}_sum", result="answered") == pytest.approx(0.312)
    assert value(metrics, f"{name}_bucket", result="failed", le="20.0") == 0
    assert value(metrics, f"{name}_bucket", result="failed", le="+Inf") == 1


def test_the_standing_is_asked_at_each_scrape() -> None:
    standings = iter([SHIPPING, Standing()])
    collectors = registry(Counts(), lambda: next(standings))
    metrics = scraped(collectors)
    assert value(metrics, "leader") == 1
    assert value(metrics, "buffer_bytes") == 1000
    assert value(metrics, "buffer_capacity_bytes") == 8_388_608
    assert value(metrics, "batches_in_flight") == 2
    assert value(metrics, "checkpoint_lag_seconds") == 1.5
    # WHEN it leads no longer
    assert value(scraped(collectors), "leader") == 0


def test_the_process_and_the_version_are_there() -> None:
    metrics = scraped(registry(Counts(), Standing))
    assert value(metrics, "build_info", version=VERSION) == 1
    resident = metrics["process_resident_memory_bytes"].samples[0].value
    assert 10 << 20 < resident < 10 << 30
    assert "process_cpu_seconds" in metrics


def test_names_units_and_helps_are_as_promtool_wants_them(counts: Counts) -> None:
    """The rules of promtool's `check metrics` (prometheus/util/testutil/promlint)."""
    for metric in scraped(registry(counts, lambda: SHIPPING)).values():
        assert metric.documentation, metric.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", metric.name), "no camelCase"
        assert metric.type not in metric.name.split("_"), "no metric type in the name"
        assert metric.type != "unknown", metric.name
        totals = {sample.name for sample in metric.samples if sample.name.endswith("_total")}
        assert bool(totals) == (metric.type == "counter"), "_total is of counters, and of counters only"
        if metric.type != "histogram":
            assert not metric.name.endswith(("_count", "_sum", "_bucket")), metric.name
            assert all("le" not in sample.labels for sample in metric.samples)
        units = {"milliseconds", "minutes", "hours", "kilobytes", "megabytes", "ms", "sec", "mb", "kb"}
        assert units.isdisjoint(metric.name.split("_")), "base units only"


def test_the_page_has_a_row_for_each_metric(counts: Counts) -> None:
    page = (Path(__file__).parents[3] / "docs/exporter.md").read_text()
    table = page.partition("<!-- metrics -->")[2].partition("<!-- /metrics -->")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", table, flags=re.MULTILINE)
    own = [
        metric
        for metric in scraped(registry(counts, lambda: SHIPPING)).values()
        if metric.name.startswith("kube_events_exporter_")
    ]
    assert set(rows) == {
        (f"{metric.name}_total" if metric.type == "counter" else metric.name, metric.type) for metric in own
    }
    for labels in (sample.labels for metric in own for sample in metric.samples):
        missing = [
            value for name, value in labels.items() if name not in ("le", "version") and value not in table
        ]
        assert missing == []
