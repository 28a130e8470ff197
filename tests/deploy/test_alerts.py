"""The alerts ask for what the exporter measures."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from exporter.counts import Counts, RestartReason
from exporter.observe.metrics import registry
from exporter.observe.standing import Standing
from scripts.chart.rendering import ChartRefused
from tests.deploy.conftest import Install


def test_every_series_that_an_alert_asks_for_is_there(install: Install) -> None:
    # GIVEN what a replica answers that has seen a watch fail
    counts = Counts()
    counts.restarted("events", "cut")
    page = generate_latest(registry(counts, Standing)).decode()
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    # WHEN
    (group,) = install("prometheus").one("PrometheusRule")["spec"]["groups"]
    selectors = [
        (name, labels)
        for rule in group["rules"]
        for name, labels in re.findall(r"((?:kube_events|process)_\w+)\{([^}]*)\}", rule["expr"])
    ]
    # THEN
    assert len(selectors) == len(group["rules"])
    place = {"namespace", "job"}
    for name, labels in selectors:
        found = [sample for sample in samples if sample.name == name]
        assert found, name
        asked = set(re.findall(r"(\w+)=", labels)) - place | set(re.findall(r"(\w+)!~", labels))
        assert asked <= set(found[0].labels)


def test_every_reason_that_an_alert_names_is_one(install: Install) -> None:
    (group,) = install("prometheus").one("PrometheusRule")["spec"]["groups"]
    named = [
        set(reasons.split("|"))
        for rule in group["rules"]
        for reasons in re.findall(r'reason[=!]~"([^"]+)', rule["expr"])
    ]
    dropped, restarts = named
    assert dropped == {"malformed", "refused", "unidentified"}
    assert restarts <= set(get_args(RestartReason))


def test_an_alert_asks_for_this_release_only(install: Install) -> None:
    rendered = install("prometheus", {"fullnameOverride": "events"})
    service = rendered.one("Service")["metadata"]
    (group,) = rendered.one("PrometheusRule")["spec"]["groups"]
    for rule in group["rules"]:
        # What the operator calls a target: after its namespace, and after the Service.
        assert f'namespace="{service["namespace"]}", job="{service["name"]}"' in rule["expr"]


def test_alerts_without_a_monitor_are_refused(install: Install) -> None:
    with pytest.raises(ChartRefused, match=r"needs metrics\.serviceMonitor\.enabled"):
        install(values={"metrics": {"prometheusRule": {"enabled": True}}})
