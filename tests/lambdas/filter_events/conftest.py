"""The stage that several modules here play on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lambdas.common.observability import metrics
from tests.fixtures.aws import Aws
from tests.fixtures.receivers import Clock
from tests.lambdas.filter_events.stage import Stage


@pytest.fixture
def stage(aws: Aws, clock: Clock) -> Iterator[Stage]:
    """An empty account with a state table. The metrics, which belong to the process, begin and end empty."""
    metrics.clear_metrics()
    stage = Stage(aws, clock)
    stage.calls.clear()
    yield stage
    metrics.clear_metrics()
