"""`python -m bench index`: measure, print the tables, and say what is met."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import urllib3

from bench.functions_home import ConfigurationServer
from bench.index import memory, speed, storage
from bench.index.contenders import bare_loop, environment, handler, opensearch_py, writer
from bench.index.observations import batch, observations
from bench.index.server import TEMPLATE, Server
from bench.index.speed import Trial
from bench.index.storage import Stored
from sandbox.opensearch import OpenSearchServer, ServerError

ROUNDS = 7
LARGE_BATCH = 10_000
"""The most records that Lambda gives one invocation."""

BASE = "bare loop, finished bodies"
OURS = "the whole handler"
AT_LEAST = 0.8


def run(*, rounds: int = ROUNDS, with_storage: bool = True) -> bool:
    """Measure and print; whether the bound was met."""
    with OpenSearchServer.start() as opensearch, urllib3.PoolManager(timeout=120) as http:
        server = Server(opensearch.url, http)
        if held := server.indices():
            # It may be somebody's: OPENSEARCH_URL
            raise ServerError(f"this would delete {', '.join(held)} of {server.url}: give it an empty server")
        print(f"index_events, OpenSearch {opensearch.version}, measured {datetime.now(UTC):%F %H:%M} UTC\n")
        with _configuration() as configuration:
            met = _speed(server, configuration, rounds)
            _memory(server, configuration)
        if with_storage:
            _storage(server)
        server.clear()
        server.call("DELETE", TEMPLATE)
        return met


@contextmanager
def _configuration() -> Iterator[ConfigurationServer]:
    configuration = ConfigurationServer()
    try:
        yield configuration
    finally:
        configuration.close()


def _speed(server: Server, configuration: ConfigurationServer, rounds: int) -> bool:
    contenders = {
        BASE: bare_loop(server.url),
        OURS: handler(server.url, configuration),
        "our writer, finished documents": writer(server.url),
        "client.bulk of opensearch-py": opensearch_py(server.url),
        "bare loop with gzip, level 1": bare_loop(server.url, compressed=True),
    }
    trials = speed.measure(server, contenders, rounds)
    print(f"batches of {speed.BATCH}, one connection, medians of {rounds} interleaved rounds")
    print(f"  {'':32} {'documents/s':>12} {'× bare loop':>12} {'CPU s/1,000':>12} {'µs/doc':>8}")
    for name, found in trials.items():
        cpu = speed.median(found, lambda trial: trial.cpu_each)
        print(
            f"  {name:32} {speed.median(found, lambda trial: trial.per_second):12,.0f}"
            f" {speed.ratio(found, trials[BASE]):12.2f} {cpu / 1000:12.4f} {cpu:8.1f}"
        )
    return _bound(trials)


def _bound(trials: dict[str, list[Trial]]) -> bool:
    reached = speed.ratio(trials[OURS], trials[BASE])
    met = reached >= AT_LEAST
    print(f"\n  documents/s, handler over bare loop: {reached:.2f}, at least {AT_LEAST}: {_said(met)}")
    return met


def _memory(server: Server, configuration: ConfigurationServer) -> None:
    server.clear()
    with tempfile.TemporaryDirectory(prefix="bench-index-") as folder:
        path = Path(folder) / "batch.json"
        path.write_text(json.dumps(batch(observations(LARGE_BATCH, first=50_000_000))))
        found = memory.measured(path, {**os.environ, **environment(server.url, configuration)})
    print(
        f"\na batch of {LARGE_BATCH:,} records: {found.before:.0f} MiB with imports and the batch,"
        f" {found.peak:.0f} MiB at most in the handler"
    )


def _storage(server: Server) -> None:
    print(
        f"\n{storage.DOCUMENTS:,} observations in one segment: primary MB per million, and time to write them"
    )
    found = storage.measure(server)
    base = next(iter(found.values()))
    for name, stored in found.items():
        if isinstance(stored, Stored) and isinstance(base, Stored):
            print(
                f"  {name:44} {stored.bytes_each:8.0f} MB {stored.bytes_each / base.bytes_each:7.2f}"
                f" {stored.seconds / base.seconds:10.2f} × time"
            )
        else:
            print(f"  {name:44} {stored}")


def _said(met: bool) -> str:
    return "met" if met else "NOT MET"
