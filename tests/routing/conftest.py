"""The chain that all modules here play on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lambdas.common.observability import metrics
from sandbox.receivers import ReceiverServer
from tests.fixtures.aws import Aws
from tests.fixtures.receivers import Clock
from tests.routing.chain import Chain


@pytest.fixture
def chain(aws: Aws, clock: Clock, chats: ReceiverServer) -> Iterator[Chain]:
    """An empty account with one robot, `sre`. The metrics, which belong to the process, begin and end
    empty."""
    metrics.clear_metrics()
    chain = Chain(aws, clock, chats)
    chain.add_robot("sre")
    yield chain
    metrics.clear_metrics()
