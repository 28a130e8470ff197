"""The handler as Lambda imports and calls it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from pytest_httpserver import HTTPServer

from eventcore.queue_message import NotificationMessage, encode_message
from lambdas.common.config import ConfigError
from lambdas.common.settings import SettingsError
from sandbox.receivers import ReceiverServer
from tests.fixtures.aws import Aws, Handler, LambdaContext
from tests.fixtures.receivers import notification
from tests.fixtures.state_table import TABLE
from tests.lambdas.notify.stage import Stage

ColdStart = Callable[[str, Mapping[str, str]], Handler]
ARN = "arn:aws:sqs:eu-central-1:123456789012:sre"


@pytest.fixture
def environment(aws: Aws, stage: Stage, chats: ReceiverServer) -> dict[str, str]:
    """What Terraform gives the function, for one robot."""
    url = chats.add_robot("sre")
    secret = boto3.client("secretsmanager").create_secret(Name="sre", SecretString=json.dumps({"url": url}))
    receiver = {
        "type": "dingtalk",
        "queue_url": aws.queue("sre"),
        "queue_arn": ARN,
        "dead_letter_queue_url": aws.queue("sre-dead"),
        "secret_arn": secret["ARN"],
    }
    bucket = aws.bucket()
    document = json.dumps({"version": 1, "receivers": {"sre": receiver}}).encode()
    key = aws.configuration(bucket, "receivers", document)
    return {"CONFIG_BUCKET": bucket, "RECEIVERS_KEY": key, "STATE_TABLE": TABLE}


def record(message_id: str, body: str, arn: str = ARN) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "receiptHandle": f"receipt-{message_id}",
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "body": body,
    }


def test_a_batch_is_answered_message_by_message(
    environment: dict[str, str],
    cold_start: ColdStart,
    aws: Aws,
    chats: ReceiverServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # GIVEN one to tell, the same again, poison, and one from a queue that nobody knows
    handler = cold_start("notify", environment)
    body = encode_message(
        NotificationMessage(notification=notification(), deliver_by=datetime.now(UTC) + timedelta(hours=24))
    )
    batch = [record("1", body), record("2", body), record("3", "{"), record("4", body, arn=ARN + "-other")]
    # WHEN
    answer = handler({"Records": batch}, LambdaContext())
    # THEN
    assert answer == {"batchItemFailures": [{"itemIdentifier": "4"}]}
    assert len(chats.accepted("sre")) == 1
    assert aws.messages(f"{aws.sqs.get_queue_url(QueueName='sre-dead')['QueueUrl']}") == ["{"]
    # THEN the metrics tell each fate, in one line and without the receiver as a dimension
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    told = next(line for line in lines if "Delivered" in line)
    fates = ("Delivered", "Duplicates", "Poison", "Failed", "Rejected", "Throttled", "Unreachable", "Expired")
    assert {name: told[name] for name in fates} == {name: [float(name in fates[:4])] for name in fates}
    assert told["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]


def test_one_try_is_one_request_to_sns(
    environment: dict[str, str], cold_start: ColdStart, aws: Aws, httpserver: HTTPServer
) -> None:
    # GIVEN SNS answers in a way that botocore by itself would ask again after
    httpserver.expect_request("/").respond_with_data("<Error/>", status=500)
    receiver = {
        "type": "sns",
        "queue_url": aws.queue("mail"),
        "queue_arn": ARN,
        "dead_letter_queue_url": aws.queue("mail-dead"),
        "topic_arn": "arn:aws:sns:eu-central-1:123456789012:mail",
    }
    document = json.dumps({"version": 1, "receivers": {"mail": receiver}}).encode()
    key = aws.configuration(environment["CONFIG_BUCKET"], "receivers", document)
    handler = cold_start(
        "notify", environment | {"RECEIVERS_KEY": key, "AWS_ENDPOINT_URL_SNS": httpserver.url_for("/")}
    )
    body = encode_message(
        NotificationMessage(notification=notification(), deliver_by=datetime.now(UTC) + timedelta(hours=24))
    )
    # WHEN
    answer = handler({"Records": [record("1", body)]}, LambdaContext())
    # THEN it is done with: a copy waits for the next try
    assert answer == {"batchItemFailures": []}
    assert len(httpserver.log) == 1


@pytest.mark.filterwarnings("ignore:No application metrics")
def test_a_wrong_trigger_says_so(environment: dict[str, str], cold_start: ColdStart) -> None:
    handler = cold_start("notify", environment)
    with pytest.raises(ValueError, match="invoke this function from a receiver's queue"):
        handler({"detail": {}}, LambdaContext())


def test_a_dashboards_that_is_no_address_is_named_at_start(
    environment: dict[str, str], cold_start: ColdStart
) -> None:
    cold_start("notify", environment | {"DASHBOARDS_URL": "https://search.example.com/_dashboards"})
    with pytest.raises(SettingsError, match="DASHBOARDS_URL is 'search': it must be a URL with its base"):
        cold_start("notify", environment | {"DASHBOARDS_URL": "search"})


@pytest.mark.parametrize("name", ["CONFIG_BUCKET", "RECEIVERS_KEY", "STATE_TABLE"])
def test_a_missing_variable_is_named_at_start(
    environment: dict[str, str], cold_start: ColdStart, name: str
) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        cold_start("notify", environment | {name: ""})


def test_an_unknown_type_of_receiver_is_named_at_start(
    environment: dict[str, str], cold_start: ColdStart, aws: Aws
) -> None:
    document = json.dumps({"version": 1, "receivers": {"sre": {"type": "pigeon"}}}).encode()
    key = aws.configuration(environment["CONFIG_BUCKET"], "receivers", document)
    with pytest.raises(ConfigError, match="pigeon"):
        cold_start("notify", environment | {"RECEIVERS_KEY": key})
