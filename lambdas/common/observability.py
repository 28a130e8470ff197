"""The one logger and the one set of metrics of a function: JSON lines on standard output, no call to AWS.

Dimensions are few, because each combination is a metric that costs: the function's name (`service`) and
nothing else, but for the heartbeats of clusters. Receivers, reasons and names are fields of log lines.
"""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
"""Service and level come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL."""

metrics = Metrics()
"""Namespace and service come from POWERTOOLS_METRICS_NAMESPACE and POWERTOOLS_SERVICE_NAME."""


def count(name: str, value: int) -> None:
    """Add `value` to the metric `name` of this invocation. Zero counts: it keeps the line unbroken."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
