"""Values that are refused, and what is said about them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from scripts.chart.layout import CHART, COMBINATIONS
from scripts.chart.rendering import ChartRefused
from tests.deploy.conftest import Install


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"settings": {"cluster": ""}}, "at '/settings/cluster'"),
        ({"settings": {"cluster": 7}}, "at '/settings/cluster'"),
        ({"settings": {"sink": "kafka"}}, "at '/settings/sink'"),
        ({"settings": {"event_bus": "b"}}, "settings.event_bus has no meaning when settings.sink is kinesis"),
        ({"settings": {"clustr": "x"}}, "'clustr' not allowed"),
        ({"settings": {"listen": "0.0.0.0:1"}}, "'listen' not allowed"),
        ({"settings": {"buffer_bytes": 5}}, "at '/settings/buffer_bytes'"),
        ({"settings": {"cluster_account": 123456789012}}, "at '/settings/cluster_account'"),
        ({"settings": {"cluster_region": "europe"}}, "at '/settings/cluster_region'"),
        ({"settings": {"namespaces": ["Shop"]}}, "at '/settings/namespaces/0'"),
        ({"settings": {"leader_election": False}}, "so replicas must be 1"),
        ({"image": {"repository": "registry.example.com/exporter:0.1.0"}}, "at '/image/repository'"),
        ({"image": {"repository": "registry.example.com/exporter@sha256"}}, "at '/image/repository'"),
        ({"replica": 2}, "'replica' not allowed"),
        ({"replicas": 0}, "at '/replicas'"),
        ({"http": {"port": 80}}, "at '/http/port'"),
        ({"serviceAccount": {"roleArn": "kube-events"}}, "at '/serviceAccount/roleArn'"),
        ({"rbac": {"enrich": [{"apiGroups": ["apps"]}]}}, "resources"),
        ({"networkPolicy": {"to": [{"cidr": "10.0.0.0/8"}]}}, "'cidr' not allowed"),
    ],
)
def test_wrong_values_are_refused_with_their_name(
    values: dict[str, Any], said: str, install: Install
) -> None:
    with pytest.raises(ChartRefused, match=re.escape(said)):
        install(values=values)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "settings.cluster is missing"),
        ({"cluster": "prod-eu"}, "settings.sink is missing"),
        (
            {"cluster": "prod-eu", "sink": "kinesis"},
            "settings.stream is missing, and settings.sink is kinesis",
        ),
        ({"cluster": "prod-eu", "sink": "eventbridge"}, "settings.event_bus is missing"),
        ({"cluster": "prod-eu", "sink": "kinesis", "stream": "s"}, "image.repository is missing"),
    ],
)
def test_what_is_missing_is_asked_for(settings: dict[str, str], said: str, install: Install) -> None:
    with pytest.raises(ChartRefused, match=re.escape(said)):
        install(combination=None, values={"settings": settings})


def test_no_part_of_the_schema_takes_unknown_keys() -> None:
    def open_parts(schema: Any, place: str) -> list[str]:
        if not isinstance(schema, dict):
            return []
        here = [place] if "properties" in schema and schema.get("additionalProperties") is not False else []
        inside = {**schema.get("properties", {}), "[]": schema.get("items")}
        return here + [
            found for name, part in inside.items() for found in open_parts(part, f"{place}.{name}")
        ]

    assert open_parts(json.loads((CHART / "values.schema.json").read_text()), "values") == []


def test_there_is_a_combination_to_test_with() -> None:
    assert {"kinesis-pod-identity", "kinesis-irsa", "eventbridge-pod-identity", "eventbridge-irsa"} <= set(
        COMBINATIONS
    )
