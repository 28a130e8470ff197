"""A replay beside the live way: the real zips under the Lambda runtime, a stream with both its functions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from kube_events.__main__ import main
from sandbox.aws import AwsStandIn
from sandbox.aws.process import REGION
from sandbox.demo.outcome import Patience
from sandbox.lambda_service import LambdaService
from scripts.package_lambdas import build
from tests.fixtures.events import heartbeat
from tests.fixtures.opensearch import OpenSearchApi
from tests.kube_events.replay.conftest import data_of, seen
from tests.packaging.test_deployed import Deployment

pytestmark = [pytest.mark.packaged, pytest.mark.opensearch]

STREAM = "kube-events"
INDEX = "kube-events-index-events"
FILTER = "kube-events-filter-events"


@pytest.fixture
def deployment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clean_index: OpenSearchApi
) -> Iterator[Deployment]:
    """Both functions behind a stream; this process' AWS is theirs."""
    zips = build("sandbox", tmp_path / "zips")
    folder = zips["index_events"].parent
    with AwsStandIn() as aws, LambdaService(aws.endpoint, folder, region=REGION) as service:
        for name, value in aws.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", service.url)
        deployment = Deployment(aws, zips, service)
        deployment.deploy(
            "setup_index", OPENSEARCH_ENDPOINT=clean_index.url, OPENSEARCH_AUTH="sigv4", RETENTION_DAYS="30"
        )
        deployment.invoke("setup_index", {})
        deployment.deploy(
            "index_events", name=INDEX, OPENSEARCH_ENDPOINT=clean_index.url, OPENSEARCH_AUTH="sigv4"
        )
        deployment.deploy("filter_events", name=FILTER)
        boto3.client("kinesis").create_stream(StreamName=STREAM, ShardCount=1)
        for function in (INDEX, FILTER):
            deployment.functions.create_event_source_mapping(
                FunctionName=function,
                EventSourceArn=f"arn:aws:kinesis:{REGION}:123456789012:stream/{STREAM}",
                StartingPosition="TRIM_HORIZON",
                BatchSize=100,
                FunctionResponseTypes=["ReportBatchItemFailures"],
            )
        service.start_mappings()
        yield deployment


def _told(deployment: Deployment) -> int:
    """Messages in the receiver's queue, those that wait for their time included."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed")
    found = deployment.sqs.get_queue_attributes(QueueUrl=deployment.queue_url, AttributeNames=list(names))
    return sum(int(found["Attributes"][name]) for name in names)


def _written(deployment: Deployment) -> float:
    """Documents, by the function's own account. A search might find an index that is only half made."""
    return deployment.service.metrics(INDEX).get("DocumentsWritten", 0)


def _invocations(deployment: Deployment) -> int:
    """Of filter_events."""
    return sum(line.startswith("START ") for line in deployment.service.lines(FILTER))


def test_the_index_is_filled_again_and_nobody_is_told(
    deployment: Deployment, clean_index: OpenSearchApi, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN events that were indexed and told, and an index that was then deleted
    events = [seen(number) for number in range(30)]
    boto3.client("kinesis").put_records(
        StreamName=STREAM,
        Records=[{"Data": data_of(each), "PartitionKey": "k"} for each in (*events, heartbeat())],
    )
    assert Patience().wait_for(lambda: _written(deployment) == 30 and _told(deployment) > 0)
    assert Patience().wait_for(deployment.service.idle)
    before = {hit["_id"]: hit["_source"] for hit in clean_index.documents()}
    told, invoked = _told(deployment), _invocations(deployment)
    for index in {hit["_index"] for hit in clean_index.documents()}:
        clean_index.call("DELETE", f"/{index}")
    # WHEN
    assert main(["replay", "--from", "2h", "--stream", STREAM, "--function", INDEX]) == 0
    # THEN
    assert {hit["_id"]: hit["_source"] for hit in clean_index.documents()} == before
    assert "30 events indexed in 1 invocations" in capsys.readouterr().out
    # AND neither filter_events nor a receiver has heard of it
    assert Patience().wait_for(deployment.service.idle)
    assert (_told(deployment), _invocations(deployment)) == (told, invoked)
    assert invoked > 0
