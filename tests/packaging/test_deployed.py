"""The zips as they are deployed: under the Lambda runtime, far from the source tree, each works once."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pytest

from eventcore.wire import encode
from sandbox.aws import AwsStandIn
from sandbox.aws.process import REGION
from sandbox.lambda_service import LambdaService
from scripts.packaging.sources import ROOT
from tests.fixtures.events import event
from tests.fixtures.opensearch import OpenSearchApi
from tests.fixtures.state_table import TABLE, create_table
from tests.packaging.conftest import Builds

pytestmark = pytest.mark.packaged

ROLE = "arn:aws:iam::123456789012:role/function"
BUCKET = "kube-events-packaged"


class Deployment:
    """The zips in an account, with what they need around them, and one receiver: a topic."""

    def __init__(self, aws: AwsStandIn, zips: dict[str, Path], service: LambdaService) -> None:
        self.service = service
        self._zips = zips
        self.functions = boto3.client("lambda", **aws.client_settings)
        self.dynamodb = boto3.client("dynamodb", **aws.client_settings)
        self.sqs = boto3.client("sqs", **aws.client_settings)
        s3 = boto3.client("s3", **aws.client_settings)
        sns = boto3.client("sns", **aws.client_settings)
        iam = boto3.client("iam", **aws.client_settings)
        iam.create_role(RoleName="function", AssumeRolePolicyDocument="{}")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})  # type: ignore[typeddict-item]
        create_table(self.dynamodb)
        self.queue_url = self.sqs.create_queue(QueueName="receiver")["QueueUrl"]
        receiver = {
            "type": "sns",
            "topic_arn": sns.create_topic(Name="receiver")["TopicArn"],
            "queue_url": self.queue_url,
            "queue_arn": f"arn:aws:sqs:{REGION}:123456789012:receiver",
            "dead_letter_queue_url": self.sqs.create_queue(QueueName="receiver-dead")["QueueUrl"],
        }
        rules = _at_once((ROOT / "rules" / "default.compiled.json").read_bytes())
        names = json.loads(rules)["receivers"]
        receivers = {"version": 1, "receivers": dict.fromkeys(names, receiver)}
        self._variables = {
            "CONFIG_BUCKET": BUCKET,
            "DEAD_LETTERS_BUCKET": BUCKET,
            "RULES_KEY": self._configuration(s3, "rules", rules),
            "RECEIVERS_KEY": self._configuration(s3, "receivers", json.dumps(receivers).encode()),
            "STATE_TABLE": TABLE,
            "POWERTOOLS_METRICS_NAMESPACE": "kube-events",
        }

    def deploy(self, function: str, *, name: str | None = None, **variables: str) -> None:
        """Create the function from its zip."""
        self.functions.create_function(
            FunctionName=name or function,
            Role=ROLE,
            Runtime="python3.13",
            Handler=f"lambdas.{function}.handler.lambda_handler",
            Code={"ZipFile": self._zips[function].read_bytes()},
            Timeout=30,
            Environment={"Variables": self._variables | {"POWERTOOLS_SERVICE_NAME": function} | variables},
        )

    def invoke(self, function: str, payload: object) -> Any:
        """The function's answer; an error of the function fails the test with its log."""
        result = self.service.invoke(function, json.dumps(payload).encode())
        assert result.ok, (result.payload, self.service.lines(function))
        return json.loads(result.payload)

    def _configuration(self, s3: Any, folder: str, data: bytes) -> str:
        key = f"{folder}/{sha256(data).hexdigest()}.json"
        s3.put_object(Bucket=BUCKET, Key=key, Body=data)
        return key


def _at_once(compiled: bytes) -> bytes:
    """The rules with timers that fire when they are set."""
    rules = json.loads(compiled)
    waiting = [rules["route"]]
    while waiting:
        route = waiting.pop()
        route["groupWait"] = 0.0
        waiting.extend(route["routes"])
    return json.dumps(rules).encode()


@pytest.fixture(scope="module")
def deployment(sandbox_builds: Builds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The sandbox's zips in an account of their own."""
    zips = sandbox_builds.first
    folder = zips["notify"].parent
    with AwsStandIn() as aws, LambdaService(aws.endpoint, folder, region=REGION) as service:
        yield Deployment(aws, zips, service)


def kinesis_event(data: bytes) -> dict[str, Any]:
    kinesis = {
        "sequenceNumber": "1",
        "partitionKey": "key",
        "data": base64.b64encode(data).decode(),
        "approximateArrivalTimestamp": 1795226400.0,
    }
    record = {"kinesis": kinesis, "eventSource": "aws:kinesis", "eventID": "shardId-000000000000:1"}
    return {"Records": [record]}


def test_filter_events_sets_a_timer_in_the_receivers_queue_and_notify_tells_when_it_fires(
    deployment: Deployment,
) -> None:
    # GIVEN an event that the default rules want told
    deployment.deploy("filter_events")
    deployment.deploy("notify")
    # WHEN
    answer = deployment.invoke("filter_events", kinesis_event(encode(event())))
    # THEN
    assert answer == {"batchItemFailures": []}
    [message] = deployment.sqs.receive_message(QueueUrl=deployment.queue_url)["Messages"]
    # WHEN
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:receiver",
    }
    answer = deployment.invoke("notify", {"Records": [record]})
    # THEN
    assert answer == {"batchItemFailures": []}
    items = {item["pk"]["S"].partition("#")[0] for item in deployment.dynamodb.scan(TableName=TABLE)["Items"]}
    assert items == {"delivery", "old"}  # the recorded event is of long ago


@pytest.mark.opensearch
def test_setup_index_and_index_events_bring_an_event_into_opensearch(
    deployment: Deployment, clean_index: OpenSearchApi
) -> None:
    # GIVEN
    search = {"OPENSEARCH_ENDPOINT": clean_index.url, "OPENSEARCH_AUTH": "sigv4", "INDEX_PERIOD": "day"}
    deployment.deploy("setup_index", RETENTION_DAYS="30", **search)
    deployment.deploy("index_events", **search)
    # WHEN
    deployment.invoke("setup_index", {})
    answer = deployment.invoke("index_events", kinesis_event(encode(event())))
    # THEN
    assert answer == {"batchItemFailures": []}
    [document] = clean_index.documents()
    assert document["_id"] == "prod-eu:ad28f7e6-daf7-4896-9ecd-e0c310fb7e6f:250"


def test_missing_variable_is_named_by_the_failed_init(deployment: Deployment) -> None:
    # GIVEN setup_index without its endpoint and its retention
    deployment.deploy("setup_index", name="incomplete")
    # WHEN
    result = deployment.service.invoke("incomplete")
    # THEN
    assert result.function_error == "Unhandled"
    message = json.loads(result.payload)["errorMessage"]
    assert "OPENSEARCH_ENDPOINT is not set" in message
    assert "RETENTION_DAYS is not set" in message
