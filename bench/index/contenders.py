"""What is measured: the whole handler, and less and less of it down to a bare loop over finished bodies."""

from __future__ import annotations

import gzip
import importlib
import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import urllib3
from opensearchpy import OpenSearch

from bench.functions_home import REGION, ConfigurationServer
from bench.index.observations import batch
from eventcore.event import Event
from lambdas.common.opensearch.client import OpenSearchClient
from lambdas.common.time_budget import TimeBudget
from lambdas.index_events.bulk_answer import PATH
from lambdas.index_events.bulk_body import bulk_body
from lambdas.index_events.bulk_writer import BulkWriter
from lambdas.index_events.document import Document, build_document

FILTER_PATH = "items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason"
"""The same for all."""

NDJSON = {"Content-Type": "application/x-ndjson"}


class Contender(Protocol):
    """Prepares what is not to be measured; what it returns is."""

    def __call__(self, events: Sequence[Event]) -> Callable[[], object]:
        """Something that puts these observations into the index, in one batch."""


class Context(NamedTuple):
    """Lambda's context object, with time enough."""

    function_name: str = "bench"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:123456789012:function:bench"
    aws_request_id: str = "8f9d6f4e-6f0b-4d2f-9f0e-2f6c1d0a7b11"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds."""
        return 60_000


class NoAuth:
    """Nobody signs in."""

    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """None."""
        return {}

    def refused(self) -> bool:
        """There is nothing else to try."""
        return False


def handler(url: str, configuration: ConfigurationServer) -> Contender:
    """`lambda_handler`, imported with the default rules as in Lambda; requests are signed."""
    os.environ.update(environment(url, configuration))
    lambda_handler = importlib.import_module("lambdas.index_events.handler").lambda_handler

    def prepare(events: Sequence[Event]) -> Callable[[], object]:
        payload: Any = batch(list(events))
        return lambda: lambda_handler(payload, Context())

    return prepare


def environment(url: str, configuration: ConfigurationServer) -> dict[str, str]:
    """The variables of the function."""
    rules_key, _ = configuration.keys
    return {
        "AWS_ENDPOINT_URL": configuration.url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "POWERTOOLS_METRICS_NAMESPACE": "kube-events",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "CONFIG_BUCKET": "bench",
        "DEAD_LETTERS_BUCKET": "bench",
        "RULES_KEY": rules_key,
        "OPENSEARCH_ENDPOINT": url,
        "OPENSEARCH_AUTH": "sigv4",
        "RETENTION_DAYS": "3650",
    }


def writer(url: str) -> Contender:
    """`BulkWriter` alone, over documents that are ready."""
    ours = BulkWriter(OpenSearchClient(url, NoAuth()))

    def prepare(events: Sequence[Event]) -> Callable[[], object]:
        documents = _documents(events)
        return lambda: ours.write(documents, TimeBudget(Context()))

    return prepare


def opensearch_py(url: str) -> Contender:
    """`client.bulk` of opensearch-py with a finished body and the same `filter_path`."""
    client = OpenSearch(url)

    def prepare(events: Sequence[Event]) -> Callable[[], object]:
        body = bulk_body(_documents(events))
        return lambda: client.bulk(body=body, params={"filter_path": FILTER_PATH})

    return prepare


def bare_loop(url: str, *, compressed: bool = False) -> Contender:
    """urllib3 and a finished body; the answer is read and not looked at. The floor.

    Args:
        url: of the server.
        compressed: by gzip, level 1; the time of that is measured too.
    """
    http = urllib3.PoolManager(retries=False)

    def post(body: bytes) -> None:
        headers = NDJSON
        if compressed:
            body, headers = gzip.compress(body, 1), NDJSON | {"Content-Encoding": "gzip"}
        answer = http.request("POST", url + PATH, body=body, headers=headers)
        if answer.status != 200:
            raise RuntimeError(f"HTTP {answer.status}: {answer.data[:300].decode()}")

    def prepare(events: Sequence[Event]) -> Callable[[], object]:
        body = bulk_body(_documents(events))
        return lambda: post(body)

    return prepare


def _documents(events: Sequence[Event]) -> list[Document]:
    return [build_document(event) for event in events]
