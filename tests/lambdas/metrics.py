"""The metrics that a function wrote to standard output, as CloudWatch reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest


def emitted(captured: pytest.CaptureFixture[str]) -> dict[str, float]:
    """Metrics by name, of everything written since the last call."""
    found: dict[str, float] = {}
    for line in captured.readouterr().out.splitlines():
        document: dict[str, Any] = json.loads(line) if line.startswith('{"_aws"') else {}
        for group in document.get("_aws", {}).get("CloudWatchMetrics", []):
            assert group["Namespace"] == "kube-events"
            for metric in group["Metrics"]:
                [value] = document[metric["Name"]]
                found[metric["Name"]] = found.get(metric["Name"], 0) + value
    return found


def emitted_by(dimension: str, captured: pytest.CaptureFixture[str], metric: str) -> dict[str, float]:
    """One metric by the value of a dimension, of everything written since the last call."""
    found: dict[str, float] = {}
    for line in captured.readouterr().out.splitlines():
        document: dict[str, Any] = json.loads(line) if line.startswith('{"_aws"') else {}
        if metric in document:
            [group] = document["_aws"]["CloudWatchMetrics"]
            assert group["Dimensions"] == [sorted([dimension, "service"])]
            [value] = document[metric]
            found[document[dimension]] = found.get(document[dimension], 0) + value
    return found
