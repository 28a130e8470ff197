"""A server that has no room for what is sent: it says so, and nothing is set aside for it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import urllib3

from lambdas.common.opensearch.client import OpenSearchClient
from lambdas.common.time_budget import TimeBudget
from lambdas.index_events.bulk_writer import BulkWriter
from lambdas.index_events.document import build_document
from lambdas.index_events.triage import Verdict
from sandbox.opensearch import OpenSearchServer
from scripts.packaging.sources import ROOT
from tests.fixtures.aws import LambdaContext
from tests.fixtures.opensearch_api import OpenSearchApi
from tests.fixtures.recorded import recorded_events

pytestmark = pytest.mark.search


class NoAuth:
    def headers(self, method: str, url: str, body: bytes) -> dict[str, str]:
        return {}

    def refused(self) -> bool:
        return False


@pytest.fixture
def small(search_server: OpenSearchServer) -> Iterator[OpenSearchApi]:
    """A server of this version that holds 200 KB of what is being written, and has the template."""
    if search_server.admin is not None:
        pytest.skip("needs a server of its own, without security")
    settings = {"indexing_pressure.memory.limit": "200kb"}
    with (
        OpenSearchServer.launch(search_server.version, settings=settings) as server,
        urllib3.PoolManager(timeout=60, retries=False) as http,
    ):
        api = OpenSearchApi(server.url, http)
        template = json.loads((ROOT / "opensearch" / "index-template.json").read_bytes())
        api.call("PUT", "/_index_template/kube-events", template)
        yield api


def test_a_bulk_that_is_too_much_at_once_is_throttled_and_a_smaller_one_is_taken(
    small: OpenSearchApi,
) -> None:
    # GIVEN 430 KB in one bulk
    documents = [build_document(each) for each in recorded_events()]
    pauses: list[float] = []
    writer = BulkWriter(OpenSearchClient(small.url, NoAuth()), sleep=pauses.append)
    # WHEN
    findings = writer.write(documents, TimeBudget(LambdaContext(60)))
    # THEN all are to come again: the stream delivers smaller batches of them (bisect)
    assert {finding.verdict for finding in findings} == {Verdict.LATER}
    assert "rejected_execution_exception" in findings[0].reason
    assert len(pauses) == 5
    # WHEN / THEN
    findings = writer.write(documents[:50], TimeBudget(LambdaContext(60)))
    assert {finding.verdict for finding in findings} == {Verdict.WRITTEN}
    assert len(small.documents()) == 50
