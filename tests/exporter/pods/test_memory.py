"""What is kept of a Pod stays small, and goes with the Pod."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from uuid import UUID

from exporter.pods.pod import Pod
from tests.exporter.pods.conftest import Shipped, Watcher
from tests.exporter.pods.kubelet import pod, restarted, status

PODS = 2_000
BOUND = 1024
"""Bytes of a Pod with two containers, half of which have ended before: 50,000 of them would take 50 MiB. In
truth it is about 500."""


class Discarding(Shipped):
    """Keeps nothing, so that what is measured is the watcher."""

    def put(self, *_: object) -> None:
        pass


def pods() -> Iterator[Pod]:
    for number in range(PODS):
        crashed = restarted(1, f"containerd://{number:064}", f"containerd://{PODS + number:064}")
        app = crashed if number % 2 else status(0)
        yield pod(
            app, status(0, name="proxy"), uid=str(UUID(int=number)), spec={"nodeName": f"node-{number % 50}"}
        )


def test_a_pod_takes_little_and_gives_it_back() -> None:
    watcher = Watcher(outlet=Discarding())
    tracemalloc.start()
    try:
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        # WHEN a cluster is listed
        for each in pods():
            watcher.states.listed([each])
        watcher.states.list_ended("9")
        gc.collect()
        held = tracemalloc.get_traced_memory()[0] - before
        assert len(watcher.states) == PODS
        # AND then all of its Pods are deleted
        watcher.see(*pods(), change="DELETED")
        gc.collect()
        left = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    # THEN
    assert held / PODS < BOUND
    assert left / PODS < BOUND / 8
